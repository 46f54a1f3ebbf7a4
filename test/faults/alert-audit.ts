import type { Database } from 'better-sqlite3';
import type { Item } from '../support/receiver.ts';

export interface Alert {
  id: number;
  rule: string;
  raised_at: string;
  cleared_at: string | null;
}

const time = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;

/** Every episode on disk, oldest first. */
export function storedAlerts(database: Database): Alert[] {
  return database
    .prepare<[], Alert>(
      `SELECT id, rule, ${time('raised_at')} AS raised_at, ${time('cleared_at')} AS cleared_at FROM alert ORDER BY id`,
    )
    .all();
}

interface Known {
  /** As the API has shown them last. */
  seen: Iterable<Alert>;
  stored: readonly Alert[];
  /** What the receiver has kept, of any kind. */
  items: Iterable<Item>;
}

/** Every difference between what a client saw, what is on disk and what has arrived, one sentence each. */
export function alertFaults({ seen, stored, items }: Known): string[] {
  const byId = new Map(stored.map((alert) => [alert.id, alert]));
  const faults: string[] = [];
  for (const { id, raised_at, cleared_at } of seen) {
    const alert = byId.get(id);
    if (alert?.raised_at !== raised_at) faults.push(`alert ${id} was shown and is gone`);
    else if (cleared_at !== null && alert.cleared_at !== cleared_at) faults.push(`alert ${id} was over and is not`);
  }
  for (const [index, { id, raised_at }] of stored.entries()) {
    const before = stored[index - 1];
    if (before !== undefined && (before.cleared_at ?? '~') > raised_at) faults.push(`two episodes at once: ${id}`);
  }
  const arrived = [...items].filter(({ kind }) => kind === 'alert');
  const inOrder = arrived.toSorted((a, b) => Number(a.revision) - Number(b.revision));
  const newest = new Map(inOrder.map((item) => [item.raised_at, item]));
  for (const { id, raised_at, cleared_at } of stored) {
    const item = newest.get(raised_at);
    newest.delete(raised_at);
    if (item === undefined) faults.push(`alert ${id} did not arrive`);
    else if (item.cleared_at !== cleared_at)
      faults.push(`alert ${id} is over at ${cleared_at}, not ${item.cleared_at}`);
  }
  return [...faults, ...[...newest.values()].map(({ id }) => `${id} was never raised`)];
}
