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

type Waiting = Omit<Loss, 'reason'> & { run: number };

const REASON = 'the disk of the device did not take them';

/**
 * Readings that found no room in memory are in a gap, like those that had to make room on the disk. Those of a run whose
 * clock is not trusted yet wait on the disk until their time is known: a guess is not sent.
 */
export class GivenUp {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #hold;
  readonly #known;
  readonly #delete;

  constructor(database: Database, tables: Tables) {
    this.#database = database;
    this.#tables = tables;
    this.#hold = database.prepare<[Waiting]>(
      `INSERT INTO untrusted_loss (series, run, first, last, count) VALUES (@series, @run, @from, @to, @count)
       ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last),
       count = count + excluded.count`,
    );
    this.#known = database.prepare<[], Waiting>(
      `SELECT series, run, first + shift AS "from", last + shift AS "to", count
       FROM untrusted_loss JOIN run ON run.id = untrusted_loss.run WHERE shift IS NOT NULL`,
    );
    this.#delete = database.prepare<[number, number]>('DELETE FROM untrusted_loss WHERE series = ? AND run = ?');
  }

  /** Part of the transaction of the batch behind them. */
  count({ readings, publishing }: Required<Commit>['lost']): void {
    const { series, runs, gaps } = this.#tables;
    for (const { sensor, run, count, from, to } of readings) {
      const id = series.ensure('sensor', sensor);
      const shift = run === 0 ? 0 : runs.shiftOf(run);
      if (shift === null) this.#hold.run({ series: id, run, from, to, count });
      else gaps.add({ series: id, from: from + shift, to: to + shift, count, reason: REASON }, publishing);
    }
  }

  /** Tells those whose time has become known; answers how many. */
  tell(closing: Closing): number {
    const known = this.#known.all();
    if (known.length > 0) this.#database.transaction(() => this.#tell(known, closing))();
    return known.length;
  }

  #tell(known: Waiting[], closing: Closing): void {
    for (const { run, ...loss } of known) {
      this.#delete.run(loss.series, run);
      this.#tables.gaps.add({ ...loss, reason: REASON }, closing);
    }
  }
}
