import type { Database } from 'better-sqlite3';
import type { HistoryRow, RowRange, SeriesKind, StoredRow } from './protocol.ts';
import type { ReadingsTable } from './readings-table.ts';
import type { RowLog } from './row-log.ts';

interface Options {
  log: RowLog;
  /** Does all of it, on disk when it returns, or nothing. */
  transaction: (work: () => void) => void;
}

/** How many may gather: they are in memory as well. */
const MOST_ROWS = 4000;

/**
 * The newest rows: on the card in a log of their own, and here to be read. A checkpoint brings them into the tables
 * together, before windows are closed, when the log is full, and at the end: rows of a few minutes fill pages, where those
 * of a few seconds touch a page of each series.
 *
 * It takes only rows of series that the tables know, whose time is trusted, and which are newer than all others of their
 * series. So no instant can be taken twice, and here are those that follow the ones in the tables.
 */
export class RecentRows {
  readonly #database: Database;
  readonly #log: RowLog;
  readonly #transaction: Options['transaction'];
  readonly #table: ReadingsTable;
  readonly #series = new Map<string, StoredRow[]>();
  readonly #next;
  #rows = 0;
  #generation: number;
  /**
   * Nothing may be appended before a checkpoint: a write failed, or has not been seen to work in this life, and nobody knows
   * which generation the next life would look for. What can be read, in the log or in SQLite's own, may not be on the card.
   */
  #inDoubt = true;

  constructor(database: Database, { log, transaction }: Options, table: ReadingsTable) {
    this.#database = database;
    this.#log = log;
    this.#transaction = transaction;
    this.#table = table;
    this.#next = database.prepare<[number]>('UPDATE row_log SET generation = ?');
    const waiting = database.prepare<[], number | null>('SELECT generation FROM row_log').pluck().get() ?? null;
    const found = log.recover(waiting);
    const rows = found?.rows ?? [];
    // Where the database does not know its generation, some of them may be in the tables.
    for (const row of waiting === null ? rows.filter((row) => this.#isNewest(row)) : rows) this.#take(row);
    this.#generation = found?.generation ?? waiting ?? 0;
  }

  /** On the card, all of them, when it returns true; false where they have to go into the tables. */
  append(rows: readonly StoredRow[]): boolean {
    if (rows.length === 0) return true;
    if (this.#inDoubt || this.#rows + rows.length > MOST_ROWS || !this.#follow(rows)) return false;
    try {
      if (!this.#log.append(rows)) return false;
    } catch {
      this.#inDoubt = true;
      return false; // whoever writes them into the tables now finds out what is the matter
    }
    for (const row of rows) this.#take(row);
    return true;
  }

  /** All rows into the tables, or none. */
  checkpoint(): void {
    if (this.#rows === 0 && !this.#inDoubt) return;
    // What SQLite read back from its own log may not be on the card, and what is written behind it would go with it.
    if (this.#inDoubt) this.#database.pragma('wal_checkpoint(TRUNCATE)');
    this.#inDoubt = true;
    const generation = this.#generation + 1;
    this.#transaction(() => {
      for (const rows of this.#series.values()) for (const row of rows) this.#table.place(row);
      this.#next.run(generation);
    });
    this.#generation = generation;
    this.#series.clear();
    this.#rows = 0;
    this.#log.begin(generation);
    this.#inDoubt = false;
  }

  /** Of one series, and of its rows here. */
  range(kind: SeriesKind, name: string, { from, to, order, limit }: RowRange): HistoryRow[] {
    const rows = this.#of(kind, name).filter(({ at }) => at >= from && at < to);
    const first = (order === 'asc' ? rows : rows.reverse()).slice(0, limit);
    return first.map(({ at, value, quality, simulated }) => ({ at, value, quality, simulated }));
  }

  get size(): number {
    return this.#rows;
  }

  /** Instant of the newest of all. */
  newest(): number | null {
    const newest = [...this.#series.values()].map((rows) => rows.at(-1)?.at ?? 0);
    return newest.length === 0 ? null : Math.max(...newest);
  }

  /** Instant of the oldest of all. */
  oldest(): number | null {
    const oldest = [...this.#series.values()].map((rows) => rows[0]?.at ?? 0);
    return oldest.length === 0 ? null : Math.min(...oldest);
  }

  /** True where every row is newer than those of its series before it. */
  #follow(rows: readonly StoredRow[]): boolean {
    const newest = new Map<string, number>();
    return rows.every(({ kind, name, at, run }) => {
      const key = keyOf(kind, name);
      const before = newest.get(key) ?? this.#of(kind, name).at(-1)?.at ?? this.#table.newestOf(kind, name);
      newest.set(key, at);
      return run === 0 && before !== undefined && (before === null || at > before);
    });
  }

  #isNewest({ kind, name, at }: StoredRow): boolean {
    return at > (this.#table.newestOf(kind, name) ?? Number.NEGATIVE_INFINITY);
  }

  #take(row: StoredRow): void {
    const key = keyOf(row.kind, row.name);
    const rows = this.#series.get(key);
    if (rows === undefined) this.#series.set(key, [row]);
    else rows.push(row);
    this.#rows += 1;
  }

  #of(kind: SeriesKind, name: string): readonly StoredRow[] {
    return this.#series.get(keyOf(kind, name)) ?? [];
  }
}

const keyOf = (kind: SeriesKind, name: string) => `${kind} ${name}`;
