import type { Database } from 'better-sqlite3';
import { HOUR_MS, type Span } from '../summaries/window.ts';

const TABLES = ['summary', 'open_window'];

/** Finds what windows, closed or open, leave free around an instant that none of them covers, merged hours excepted. */
export class NeighbouringWindows {
  readonly #before;
  readonly #after;

  constructor(database: Database) {
    this.#before = TABLES.map((table) =>
      database
        .prepare<number[], number>(
          `SELECT start + size FROM ${table}
           WHERE series = ? AND start > ? AND start <= ? AND size < ${HOUR_MS} ORDER BY start DESC LIMIT 1`,
        )
        .pluck(),
    );
    this.#after = TABLES.map((table) =>
      database
        .prepare<number[], number>(
          `SELECT start FROM ${table}
           WHERE series = ? AND start > ? AND start < ? AND size < ${HOUR_MS} ORDER BY start LIMIT 1`,
        )
        .pluck(),
    );
  }

  /** The part of `within` around `at` that lies between the windows before and behind it. */
  of(series: number, at: number, within: Span): Span {
    const ends = this.#before.map((end) => end.get(series, within.from - HOUR_MS, at) ?? within.from);
    const begins = this.#after.map((begin) => begin.get(series, at, within.to) ?? within.to);
    return { from: Math.max(within.from, ...ends), to: Math.min(within.to, ...begins) };
  }
}
