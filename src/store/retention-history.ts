import type { Database } from 'better-sqlite3';
import type { SeriesTable } from './series-table.ts';

const SUMMARIES_A_STEP = 500;

/** Lets go of summaries that have arrived, and are kept for the API alone. */
export class RetentionHistory {
  readonly #series: SeriesTable;
  readonly #all;
  readonly #oldest;
  readonly #firstUnsent;
  readonly #boundary;
  readonly #end;
  readonly #delete;

  constructor(database: Database, series: SeriesTable) {
    this.#series = series;
    const instant = (sql: string) => database.prepare<number[], number | null>(sql).pluck();
    this.#all = database.prepare<[], number>('SELECT id FROM series').pluck();
    this.#oldest = instant('SELECT start FROM summary WHERE series = ? AND start + size <= ? ORDER BY start LIMIT 1');
    this.#firstUnsent = instant(
      'SELECT start FROM outbox WHERE series = ? AND size > 0 AND refused IS NULL ORDER BY start LIMIT 1',
    );
    this.#boundary = instant(
      'SELECT start FROM summary WHERE series = ? AND start + size <= ? ORDER BY start LIMIT 1 OFFSET ?',
    );
    this.#end = instant('SELECT max(start + size) FROM summary WHERE series = ? AND start + size <= ? AND start <= ?');
    this.#delete = database.prepare<number[]>(
      'DELETE FROM summary WHERE series = ? AND start + size <= ? AND start <= ?',
    );
  }

  /** Forgets the oldest ones that ended before `limit` and before everything of the sensor that waits to be sent. */
  forget(limit: number): boolean {
    let first = { id: 0, oldest: Number.POSITIVE_INFINITY, until: 0 };
    for (const id of this.#all.all()) {
      const unsent = this.#firstUnsent.get(id) ?? Number.POSITIVE_INFINITY;
      const until = Math.min(limit, unsent, this.#series.purgedUntil(id));
      const oldest = this.#oldest.get(id, until) ?? Number.POSITIVE_INFINITY;
      if (oldest < first.oldest) first = { id, oldest, until };
    }
    if (first.id === 0) return false;
    const { id, until } = first;
    const boundary = this.#boundary.get(id, until, SUMMARIES_A_STEP) ?? Number.MAX_SAFE_INTEGER;
    const end = this.#end.get(id, until, boundary) ?? 0;
    this.#delete.run(id, until, boundary);
    this.#series.setForgottenUntil(id, Math.max(end, this.#series.forgottenUntil(id)));
    return true;
  }
}
