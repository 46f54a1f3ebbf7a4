import SQLite, { type Database } from 'better-sqlite3';
import { RowLog } from './row-log.ts';

/** What the newer database alone has. */
export interface Cost {
  readings: number;
  /** Instants of the first and the last of them. */
  from: number | null;
  to: number | null;
  /** Items for upstream that were still waiting. */
  items: number;
}

/** Readings and items of the newer database that the kept one does not have. Rows lie in the order of their time. */
export function costOf(newer: Database, path: string): Cost {
  const kept = new SQLite(path);
  try {
    const cost: Cost = { readings: 0, from: null, to: null, items: 0 };
    const newest = newestOf(kept);
    const count = newer.prepare<[number, number], Omit<Cost, 'items'>>(
      'SELECT count(*) AS readings, min(at) AS "from", max(at) AS "to" FROM reading WHERE series = ? AND at > ?',
    );
    const add = ({ readings, from, to }: Omit<Cost, 'items'>) => {
      cost.readings += readings;
      if (from !== null) cost.from = Math.min(from, cost.from ?? from);
      if (to !== null) cost.to = Math.max(to, cost.to ?? to);
    };
    for (const { id, name } of sensorsOf(newer)) {
      add(count.get(id, newest.get(name) ?? -1) ?? { readings: 0, from: null, to: null });
    }
    for (const { kind, name, at } of rowsBeside(newer)) {
      if (kind === 'sensor' && at > (newest.get(name) ?? -1)) add({ readings: 1, from: at, to: at });
    }
    const sent = new Set(itemsOf(kept));
    cost.items = itemsOf(newer).filter((id) => !sent.has(id)).length;
    return cost;
  } finally {
    kept.close();
  }
}

/** Instant of the newest reading by sensor, in the tables or waiting beside them. */
function newestOf(database: Database): Map<string, number> {
  const last = database.prepare<[number], number>('SELECT max(at) FROM reading WHERE series = ?').pluck();
  const newest = new Map(sensorsOf(database).map(({ id, name }) => [name, last.get(id) ?? -1]));
  for (const { kind, name, at } of rowsBeside(database)) {
    if (kind === 'sensor') newest.set(name, Math.max(at, newest.get(name) ?? -1));
  }
  return newest;
}

const sensorsOf = (database: Database) =>
  database.prepare<[], { id: number; name: string }>("SELECT id, name FROM series WHERE kind = 'sensor'").all();

const has = (database: Database, table: string) =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;

const itemsOf = (database: Database) =>
  has(database, 'outbox') ? database.prepare<[], string>('SELECT item_id FROM outbox').pluck().all() : [];

function rowsBeside(database: Database) {
  if (!has(database, 'row_log')) return [];
  const generation = database.prepare<[], number>('SELECT generation FROM row_log').pluck().get() ?? null;
  return new RowLog(database.name, 0).recover(generation)?.rows ?? [];
}
