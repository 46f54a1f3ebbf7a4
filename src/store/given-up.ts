import type { Database } from 'better-sqlite3';
import type { Gaps, Loss } from './gaps.ts';
import type { Closing, Commit } from './protocol.ts';
import type { Runs } from './runs.ts';
import type { SeriesTable } from './series-table.ts';

interface Tables {
  series: SeriesTable;
  runs: Runs;
  gaps: Gaps;
}

/** Readings that are dropped, with the run whose clock they go by. */
export type UntimedLoss = Loss & { run: number };

const REASON = 'the disk of the device did not take them';

/** Starts of the machine whose losses wait one by one. Those of older ones, whose true time is lost, are taken together. */
const MOST_STARTS = 100;

const ADDED = `ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last),
  count = count + excluded.count,
  reason = iif(instr(reason, excluded.reason), reason, reason || '; ' || excluded.reason)`;

/**
 * Readings that found no room in memory, or had to make room on the disk before their time was known. Those of a run whose
 * clock is not trusted yet wait on the disk until it is: a guess is not sent. They take one row for each sensor and start
 * of the machine, however many they are.
 */
export class GivenUp {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #hold;
  readonly #known;
  readonly #delete;
  readonly #oldestStarts;
  readonly #fold;
  readonly #deleteRun;
  readonly #waiting;

  constructor(database: Database, tables: Tables) {
    this.#database = database;
    this.#tables = tables;
    this.#hold = database.prepare<[UntimedLoss]>(
      `INSERT INTO untrusted_loss (series, run, first, last, count, reason)
       VALUES (@series, @run, @from, @to, @count, @reason) ${ADDED}`,
    );
    this.#known = database.prepare<[], UntimedLoss>(
      `SELECT series, run, first + coalesce(shift, 0) AS "from", last + coalesce(shift, 0) AS "to", count, reason
       FROM untrusted_loss LEFT JOIN run ON run.id = untrusted_loss.run WHERE run = 0 OR shift IS NOT NULL`,
    );
    this.#delete = database.prepare<[number, number]>('DELETE FROM untrusted_loss WHERE series = ? AND run = ?');
    this.#oldestStarts = database
      .prepare<[], number>('SELECT DISTINCT run FROM untrusted_loss WHERE run > 0 ORDER BY run')
      .pluck();
    this.#fold = database.prepare<[number, number]>(
      `INSERT INTO untrusted_loss (series, run, first, last, count, reason)
       SELECT series, ?, first, last, count, reason FROM untrusted_loss WHERE run = ? ${ADDED}`,
    );
    this.#deleteRun = database.prepare<[number]>('DELETE FROM untrusted_loss WHERE run = ?');
    this.#waiting = database.prepare<[], number>('SELECT coalesce(sum(count), 0) FROM untrusted_loss').pluck();
  }

  /** Part of the transaction of the batch behind them. */
  count({ readings, publishing }: Required<Commit>['lost']): void {
    const { series, runs, gaps } = this.#tables;
    for (const { sensor, run, count, from, to } of readings) {
      const loss = { series: series.ensure('sensor', sensor), count, reason: REASON } as const;
      const shift = run === 0 ? 0 : runs.shiftOf(run);
      if (shift === null) this.hold({ ...loss, run, from, to });
      else gaps.add({ ...loss, from: from + shift, to: to + shift }, publishing);
    }
  }

  /** Keeps them until the true time of their run is known. Part of the caller's transaction. */
  hold(loss: UntimedLoss): void {
    if (loss.count === 0) return;
    const { run, ahead } = this.#tables.runs.firstOfStart(loss.run);
    this.#hold.run({ ...loss, run, from: loss.from + ahead, to: loss.to + ahead });
    const [oldest, next, ...others] = this.#oldestStarts.all();
    if (oldest === undefined || next === undefined || others.length < MOST_STARTS - 1) return;
    this.#fold.run(next, oldest);
    this.#deleteRun.run(oldest);
  }

  /** Readings that wait for their true time, or to be told. */
  waiting(): number {
    return this.#waiting.get() ?? 0;
  }

  /** Tells those whose time has become known; returns how many. */
  tell(closing: Closing): number {
    const known = this.#known.all();
    if (known.length > 0) this.#database.transaction(() => this.#tell(known, closing))();
    return known.length;
  }

  #tell(known: UntimedLoss[], closing: Closing): void {
    for (const { run, ...loss } of known) {
      this.#delete.run(loss.series, run);
      this.#tables.gaps.add(loss, closing);
    }
  }
}
