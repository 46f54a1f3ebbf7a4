import type { Database } from 'better-sqlite3';
import type { HistoryRequest, HistoryRow, SeriesKind, StoredRow } from './protocol.ts';

/** Numbers on disk: never renumber, only add. */
const QUALITIES = ['good', 'out_of_range', 'failed'] as const satisfies StoredRow['quality'][];

interface RawRow {
  at: number;
  value: number | null;
  quality: number;
  simulated: number;
}

/** Rows in and out of the table `reading`. */
export class ReadingsTable {
  readonly #database: Database;
  readonly #seriesIds = new Map<string, number>();
  readonly #findSeries;
  readonly #addSeries;
  readonly #insert;
  readonly #find;
  readonly #select;

  constructor(database: Database) {
    this.#database = database;
    this.#findSeries = database.prepare<[string, string], { id: number }>(
      'SELECT id FROM series WHERE kind = ? AND name = ?',
    );
    this.#addSeries = database.prepare<[string, string]>('INSERT INTO series (kind, name) VALUES (?, ?)');
    this.#insert = database.prepare<[number, number, number | null, number, number]>(
      'INSERT INTO reading (series, at, value, quality, simulated) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#find = database.prepare<[number, number], RawRow>(
      'SELECT at, value, quality, simulated FROM reading WHERE series = ? AND at = ?',
    );
    const range = 'SELECT at, value, quality, simulated FROM reading WHERE series = ? AND at >= ? AND at < ?';
    this.#select = {
      asc: database.prepare<number[], RawRow>(`${range} ORDER BY at ASC LIMIT ?`),
      desc: database.prepare<number[], RawRow>(`${range} ORDER BY at DESC LIMIT ?`),
    };
  }

  /**
   * All rows or none. A batch that comes again is left alone when it is there already. That takes every one of its
   * rows: a single one may look like a row from before, where the clock stepped back.
   */
  insert(rows: readonly StoredRow[], again: boolean): void {
    try {
      this.#database.transaction(() => {
        if (again && rows.every((row) => this.#holds(row))) return;
        for (const row of rows) this.#insertRow(row);
      })();
    } catch (error) {
      this.#seriesIds.clear(); // a series that was made in the failed transaction is not there
      throw error;
    }
  }

  /**
   * The clock of a Pi steps back, and an instant may come a second time. Neither reading is lost for it: the second
   * one takes the next free millisecond.
   */
  #insertRow(row: StoredRow): void {
    const series = this.#seriesId(row.kind, row.name) ?? this.#makeSeries(row.kind, row.name);
    const quality = QUALITIES.indexOf(row.quality);
    let at = row.at;
    while (this.#insert.run(series, at, row.value, quality, row.simulated ? 1 : 0).changes === 0) at += 1;
  }

  /** Looks where {@link #insertRow} would have put the row: at its instant, or behind those that stood there before. */
  #holds(row: StoredRow): boolean {
    const series = this.#seriesId(row.kind, row.name);
    if (series === undefined) return false;
    const quality = QUALITIES.indexOf(row.quality);
    for (let at = row.at; ; at += 1) {
      const stored = this.#find.get(series, at);
      if (stored === undefined) return false;
      if (stored.value === row.value && stored.quality === quality) return true;
    }
  }

  history({ sensor, from, to, order, limit }: HistoryRequest): HistoryRow[] {
    return this.range({ kind: 'sensor', name: sensor }, { from, to, order, limit });
  }

  range(
    { kind, name }: { kind: SeriesKind; name: string },
    { from, to, order, limit }: Omit<HistoryRequest, 'sensor'>,
  ): HistoryRow[] {
    const series = this.#seriesId(kind, name);
    if (series === undefined) return [];
    return this.#select[order].all(series, from, to, limit).map(({ at, value, quality, simulated }) => ({
      at,
      value,
      quality: QUALITIES[quality] ?? 'failed',
      simulated: simulated === 1,
    }));
  }

  names(kind: SeriesKind): string[] {
    const select = this.#database.prepare<[string], { name: string }>('SELECT name FROM series WHERE kind = ?');
    return select.all(kind).map(({ name }) => name);
  }

  #seriesId(kind: SeriesKind, name: string): number | undefined {
    const key = `${kind} ${name}`;
    const id = this.#seriesIds.get(key) ?? this.#findSeries.get(kind, name)?.id;
    if (id !== undefined) this.#seriesIds.set(key, id);
    return id;
  }

  #makeSeries(kind: SeriesKind, name: string): number {
    return Number(this.#addSeries.run(kind, name).lastInsertRowid);
  }
}
