import type { Database } from 'better-sqlite3';
import type { Reason } from './gaps.ts';
import type { Argument, Run } from './protocol.ts';
import type { ReadingsTable } from './readings-table.ts';
import type { RecentRows } from './recent-rows.ts';

interface RunRow {
  id: number;
  boot: string;
  offset: number;
  shift: number | null;
}

/** Each of them has an index of its own, of what waits alone; there are few rules. */
const RUNS_OF_RECORDS = [
  ['output_change', 'run'],
  ['alert', 'run'],
  ['alert', 'cleared_run'],
  ['alert', 'acknowledged_run'],
  ['rule_change', 'run'],
  ['rule', 'changed_run'],
]
  .map(([table, run]) => `SELECT ${run} FROM ${table} WHERE ${run} > 0`)
  .join(' UNION ');

/**
 * Lives of the process, and what their clocks were wrong by. A Pi has no battery clock: until the first
 * synchronisation after its start the wall clock is a guess. Readings of that time carry their run; when the true time
 * is known, every run since the machine's start is moved by what its guess was wrong by, to the millisecond, since one
 * monotonic clock ties them together. A run of an earlier start that never met the true time stays where its own clock
 * put it, but not behind the start of the machine that came after it.
 */
export class Runs {
  readonly #database: Database;
  readonly #readings: ReadingsTable;
  readonly #recent: RecentRows;
  readonly #insert;
  readonly #find;
  readonly #known;
  readonly #waiting;
  readonly #settledRecords;
  readonly #settle;
  readonly #settled;
  readonly #newest;
  readonly #firstOfStart;
  readonly #newestLoss;
  readonly #guessed;

  constructor(database: Database, readings: ReadingsTable, recent: RecentRows) {
    this.#database = database;
    this.#readings = readings;
    this.#recent = recent;
    this.#insert = database.prepare<[string, number, number | null]>(
      'INSERT INTO run (boot, offset, shift) VALUES (?, ?, ?)',
    );
    this.#find = database.prepare<[number], RunRow>('SELECT * FROM run WHERE id = ?');
    this.#known = database.prepare<[string], RunRow>('SELECT * FROM run WHERE boot = ? AND shift IS NOT NULL LIMIT 1');
    this.#waiting = database.prepare<[], RunRow>('SELECT * FROM run WHERE shift IS NULL ORDER BY id');
    // Those that lie ahead in the direction of their move go first, so that no row lands on one that is still to be moved.
    this.#settled = database.prepare<[], RunRow>(
      `SELECT * FROM run WHERE shift IS NOT NULL AND id IN (SELECT DISTINCT run FROM reading WHERE run > 0)
       ORDER BY iif(shift > 0, -id, id)`,
    );
    this.#settledRecords = database.prepare<[], { id: number; shift: number }>(
      `SELECT id, shift FROM run WHERE shift IS NOT NULL AND id IN (${RUNS_OF_RECORDS}) ORDER BY id`,
    );
    this.#settle = database.prepare<[number, number]>('UPDATE run SET shift = ? WHERE id = ?');
    this.#newest = database.prepare<[], { at: number | null }>(
      'SELECT max(last) AS at FROM (SELECT (SELECT max(at) FROM reading WHERE series = series.id) AS last FROM series)',
    );
    this.#firstOfStart = database.prepare<[string], RunRow>('SELECT * FROM run WHERE boot = ? ORDER BY id LIMIT 1');
    this.#newestLoss = database
      .prepare<[number], number | null>('SELECT max(last) FROM untrusted_loss WHERE run = ?')
      .pluck();
    this.#guessed = database.prepare<[Reason, number]>(
      "UPDATE untrusted_loss SET reason = reason || '; ' || ? WHERE run = ?",
    );
  }

  /** A new run. Its guess is the wall clock, but later than everything that is stored: time does not run backwards. */
  begin({ boot, wall, monotonic, offset: given }: Argument<'beginRun'>): Run {
    const known = this.#known.get(boot);
    const newest = Math.max(this.#newest.get()?.at ?? 0, this.#recent.newest() ?? 0);
    const guess = Math.max(wall, newest + 1);
    const offset = given ?? Math.round((known === undefined ? guess : wall) - monotonic);
    const { lastInsertRowid } = this.#insert.run(boot, offset, known === undefined ? null : 0);
    return { id: Number(lastInsertRowid), offset, trusted: known !== undefined };
  }

  /** What has to be added to the guessed times of a run; null while nobody knows. */
  shiftOf(run: number): number | null {
    return this.#find.get(run)?.shift ?? null;
  }

  /** The first run since the machine's start, and what its guess is ahead of that of a later one by. */
  firstOfStart(run: number): { run: number; ahead: number } {
    const own = this.#find.get(run);
    if (own === undefined) return { run, ahead: 0 };
    const first = this.#firstOfStart.get(own.boot) ?? own;
    return { run: first.id, ahead: first.offset - own.offset };
  }

  /** The true offset of the running run is known: so is that of every run since the machine's start. */
  trust(run: number, offset: number): void {
    const boot = this.#find.get(run)?.boot;
    this.#database.transaction(() => {
      for (const row of this.#waiting.all()) {
        if (row.boot !== boot) this.#guessed.run('their time is a guess', row.id);
        this.#settle.run(row.boot === boot ? offset - row.offset : this.#notBehind(row.id, offset), row.id);
      }
    })();
  }

  /** Runs that know what their clocks were wrong by, and have records that are still to be moved. */
  settled(): { id: number; shift: number }[] {
    return this.#settledRecords.all();
  }

  /** Moves at most `limit` rows of runs that know their shift; answers how many. Call it until there are none. */
  moveRows(limit: number): number {
    let moved = 0;
    for (const { id, shift } of this.#settled.all()) {
      if (moved < limit) moved += this.#readings.shift(id, shift ?? 0, limit - moved);
    }
    return moved;
  }

  /** What brings the newest row of a run in front of the machine's start; 0 where it is there already. */
  #notBehind(run: number, machineStart: number): number {
    const newest = Math.max(this.#readings.newestOfRun(run) ?? 0, this.#newestLoss.get(run) ?? 0);
    return Math.min(0, machineStart - newest);
  }
}
