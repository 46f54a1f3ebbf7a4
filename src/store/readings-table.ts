import type { Database } from 'better-sqlite3';
import type { SensorReading } from '../../schemas/sensors.ts';
import { toTimestamp } from '../clock.ts';
import type { OpenWindows } from './open-windows.ts';
import type { HistoryPage, HistoryRequest, HistoryRow, SeriesKind, StoredRow } from './protocol.ts';
import type { SeriesTable } from './series-table.ts';

/** Numbers on disk: never renumber, only add. */
const QUALITIES = [
  'good',
  'out_of_range',
  'failed',
  'too_fast',
  'power_on_value',
  'stuck',
] as const satisfies StoredRow['quality'][];
const GOOD = QUALITIES.indexOf('good');

interface RawRow {
  at: number;
  value: number | null;
  quality: number;
  simulated: number;
}

type UntrustedRow = RawRow & { series: number };

/** Rows in and out of the table `reading`. */
export class ReadingsTable {
  readonly #series: SeriesTable;
  readonly #windows: OpenWindows;
  readonly #insert;
  readonly #find;
  readonly #select;
  readonly #untrusted;
  readonly #newestOf;
  readonly #delete;

  constructor(database: Database, series: SeriesTable, windows: OpenWindows) {
    this.#series = series;
    this.#windows = windows;
    this.#insert = database.prepare<(number | null)[]>(
      'INSERT INTO reading (series, at, value, quality, simulated, run) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    const columns = 'at, value, quality, simulated';
    this.#find = database.prepare<[number, number], RawRow>(
      `SELECT ${columns} FROM reading WHERE series = ? AND at = ?`,
    );
    const range = `SELECT ${columns} FROM reading WHERE series = ? AND at >= ? AND at < ?`;
    this.#select = {
      asc: database.prepare<number[], RawRow>(`${range} ORDER BY at ASC LIMIT ?`),
      desc: database.prepare<number[], RawRow>(`${range} ORDER BY at DESC LIMIT ?`),
    };
    const untrusted = `SELECT series, ${columns} FROM reading WHERE run > 0 AND run = ?`;
    this.#untrusted = {
      oldestFirst: database.prepare<number[], UntrustedRow>(`${untrusted} ORDER BY series, at LIMIT ?`),
      newestFirst: database.prepare<number[], UntrustedRow>(`${untrusted} ORDER BY series DESC, at DESC LIMIT ?`),
    };
    this.#newestOf = database.prepare<[number], { at: number | null }>(
      'SELECT max(at) AS at FROM reading WHERE run > 0 AND run = ?',
    );
    this.#delete = database.prepare<[number, number]>('DELETE FROM reading WHERE series = ? AND at = ?');
  }

  insert(row: StoredRow): void {
    const series = this.#series.ensure(row.kind, row.name);
    const raw = { ...row, quality: QUALITIES.indexOf(row.quality), simulated: row.simulated ? 1 : 0 };
    this.#insertRaw(series, raw, row.run);
  }

  /** Looks where {@link insert} would have put the row: at its instant, or behind those that stood there before. */
  holds(row: StoredRow): boolean {
    const series = this.#series.idOf(row.kind, row.name);
    if (series === undefined) return false;
    const quality = QUALITIES.indexOf(row.quality);
    for (let at = row.at; ; at += 1) {
      const stored = this.#find.get(series, at);
      if (stored === undefined) return false;
      if (stored.value === row.value && stored.quality === quality) return true;
    }
  }

  /** Moves at most `limit` rows of a run to their true time, which is `shift` later; answers how many it moved. */
  shift(run: number, shift: number, limit: number): number {
    // A row must not land on one that is still to be moved, or it would lose its millisecond: the ones that lie ahead
    // in the direction of the move go first, and all rows are out before the first one goes in.
    const rows = this.#untrusted[shift > 0 ? 'newestFirst' : 'oldestFirst'].all(run, limit);
    for (const { series, at } of rows) this.#delete.run(series, at);
    for (const row of rows) this.#insertRaw(row.series, { ...row, at: row.at + shift }, 0);
    return rows.length;
  }

  /** Time of the newest row of a run that is not trusted yet. */
  newestOf(run: number): number | null {
    return this.#newestOf.get(run)?.at ?? null;
  }

  history({ sensor, from, to, order, limit }: HistoryRequest): HistoryRow[] {
    return this.range({ kind: 'sensor', name: sensor }, { from, to, order, limit });
  }

  /** The same for those who only pass it on: written where nobody waits for it, and one text on its way instead of a thousand rows. */
  page({ limit, ...request }: HistoryRequest): HistoryPage {
    // One more than the page holds tells whether there is a next page.
    const rows = this.history({ ...request, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const readings = page.map(({ at, ...row }): SensorReading => ({ timestamp: toTimestamp(at), ...row }));
    const last = rows.length > limit ? (page.at(-1)?.at ?? null) : null;
    return { count: page.length, json: JSON.stringify(readings), last };
  }

  range(
    { kind, name }: { kind: SeriesKind; name: string },
    { from, to, order, limit }: Omit<HistoryRequest, 'sensor'>,
  ): HistoryRow[] {
    const series = this.#series.idOf(kind, name);
    if (series === undefined) return [];
    return this.#select[order].all(series, from, to, limit).map(({ at, value, quality, simulated }) => ({
      at,
      value,
      quality: QUALITIES[quality] ?? 'failed',
      simulated: simulated === 1,
    }));
  }

  /**
   * The clock of a Pi steps back, and an instant may come a second time. Neither reading is lost for it: the second
   * one takes the next free millisecond.
   */
  #insertRaw(series: number, row: RawRow, run: number): void {
    let { at } = row;
    while (this.#insert.run(series, at, row.value, row.quality, row.simulated, run).changes === 0) at += 1;
    if (run === 0 && row.quality === GOOD && this.#series.isSensor(series)) this.#windows.mark(series, at);
  }
}
