import type { Database } from 'better-sqlite3';
import type { OpenWindows } from './open-windows.ts';
import type { HistoryRow, RowRange, SeriesKind, StoredRow } from './protocol.ts';
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
  readonly #newestOfRun;
  readonly #newest;
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
    this.#newestOfRun = database.prepare<[number], { at: number | null }>(
      'SELECT max(at) AS at FROM reading WHERE run > 0 AND run = ?',
    );
    this.#newest = database.prepare<[number], number | null>('SELECT max(at) FROM reading WHERE series = ?').pluck();
    this.#delete = database.prepare<[number, number]>('DELETE FROM reading WHERE series = ? AND at = ?');
  }

  insert(row: StoredRow): void {
    this.#insertRaw(this.#series.ensure(row.kind, row.name), rawOf(row), row.run);
  }

  /** One that comes from the log. Where it is read a second time it is there already, and no second reading. */
  place(row: StoredRow): void {
    const series = this.#series.ensure(row.kind, row.name);
    if (this.#put(series, rawOf(row), row.run)) this.#mark(series, rawOf(row));
  }

  /** Instant of the newest row of a series in the table; undefined where the series is not known yet. */
  newestOf(kind: SeriesKind, name: string): number | null | undefined {
    const series = this.#series.idOf(kind, name);
    return series === undefined ? undefined : (this.#newest.get(series) ?? null);
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
  newestOfRun(run: number): number | null {
    return this.#newestOfRun.get(run)?.at ?? null;
  }

  range(kind: SeriesKind, name: string, { from, to, order, limit }: RowRange): HistoryRow[] {
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
    while (!this.#put(series, { ...row, at }, run)) at += 1;
    if (run === 0) this.#mark(series, { ...row, at });
  }

  /** False where the instant is taken. */
  #put(series: number, { at, value, quality, simulated }: RawRow, run: number): boolean {
    return this.#insert.run(series, at, value, quality, simulated, run).changes > 0;
  }

  /** Whose time is trusted: a good reading has to be counted in a summary. */
  #mark(series: number, { at, quality }: RawRow): void {
    if (quality === GOOD && this.#series.isSensor(series)) this.#windows.mark(series, at);
  }
}

const rawOf = ({ at, value, quality, simulated }: StoredRow): RawRow => ({
  ...{ at, value },
  quality: QUALITIES.indexOf(quality),
  simulated: simulated ? 1 : 0,
});
