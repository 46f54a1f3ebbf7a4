import type { HistoryRow, SeriesKind, StoredSnapshot } from './protocol.ts';
import type { Readings } from './readings.ts';
import type { SeriesTable } from './series-table.ts';

/** The newest instants that were recorded, oldest first: every sensor's good value and every output's state at each. */
export function latestSnapshots(series: SeriesTable, readings: Readings, limit: number): StoredSnapshot[] {
  const snapshots = new Map<number, StoredSnapshot>();
  const sensors = namesOf(series, 'sensor');
  for (const name of sensors) {
    for (const row of newest(readings, 'sensor', name, limit)) {
      const snapshot = snapshots.get(row.at) ?? emptySnapshot(row.at, sensors);
      snapshot.values[name] = row.quality === 'good' ? row.value : null;
      snapshot.simulated ||= row.simulated;
      snapshots.set(row.at, snapshot);
    }
  }
  const sorted = [...snapshots.values()].sort((a, b) => a.at - b.at).slice(-limit);
  for (const name of namesOf(series, 'output')) {
    // Outputs are recorded when they change: each state holds until the next one.
    fillForward(sorted, name, newest(readings, 'output', name, limit + 1).reverse());
  }
  return sorted;
}

const namesOf = (series: SeriesTable, kind: SeriesKind): string[] => series.ofKind(kind).map(({ name }) => name);

function newest(readings: Readings, kind: SeriesKind, name: string, limit: number): HistoryRow[] {
  return readings.range(kind, name, { from: 0, to: Number.MAX_SAFE_INTEGER, order: 'desc', limit });
}

function emptySnapshot(at: number, sensors: readonly string[]): StoredSnapshot {
  return { at, values: Object.fromEntries(sensors.map((name) => [name, null])), outputs: {}, simulated: false };
}

function fillForward(snapshots: readonly StoredSnapshot[], output: string, changes: readonly HistoryRow[]): void {
  let next = 0;
  let held: HistoryRow | undefined;
  for (const snapshot of snapshots) {
    for (let row = changes[next]; row !== undefined && row.at <= snapshot.at; row = changes[++next]) held = row;
    if (held === undefined) continue;
    snapshot.outputs[output] = held.value === 1;
    snapshot.simulated ||= held.simulated;
  }
}
