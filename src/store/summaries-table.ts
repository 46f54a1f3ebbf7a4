import type { Database } from 'better-sqlite3';
import type { Statistics } from '../summaries/statistics.ts';
import { HOUR_MS, type Window } from '../summaries/window.ts';
import type { StoredSummary, SummaryRequest } from './protocol.ts';

interface RawSummary extends Statistics {
  start: number;
  size: number;
  revision: number;
}

/** Closed windows of every series; of each window the revisions that were made of it. */
export class SummariesTable {
  readonly #insert;
  readonly #latest;
  readonly #covering;
  readonly #delete;
  readonly #giveUp;
  readonly #givenUp;
  readonly #select;

  constructor(database: Database) {
    const columns = 'start, size, revision, count, mean, m2, min, max, first, last';
    this.#insert = database.prepare<number[]>(
      `INSERT INTO summary (series, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#latest = database.prepare<number[], RawSummary>(
      `SELECT ${columns} FROM summary WHERE series = ? AND start = ? AND size = ? ORDER BY revision DESC LIMIT 1`,
    );
    // The smallest one: a merged hour covers only what the windows inside it do not.
    this.#covering = database.prepare<number[], { start: number; size: number }>(
      `SELECT start, size FROM summary WHERE series = ? AND start > ? AND start <= ? AND start + size > ?
       ORDER BY size LIMIT 1`,
    );
    this.#delete = database.prepare<number[]>('DELETE FROM summary WHERE series = ? AND start = ? AND size = ?');
    this.#giveUp = database.prepare<number[]>(
      'UPDATE summary SET given_up = 1 WHERE series = ? AND start = ? AND size = ?',
    );
    this.#givenUp = database
      .prepare<number[], 1>(
        'SELECT 1 FROM summary WHERE series = ? AND start = ? AND size = ? AND given_up = 1 LIMIT 1',
      )
      .pluck();
    const range = `SELECT ${columns} FROM summary AS s
      WHERE series = ? AND (start, size) > (?, ?) AND (start, size) < (?, ?) AND revision =
      (SELECT max(revision) FROM summary WHERE series = s.series AND start = s.start AND size = s.size)`;
    this.#select = {
      asc: database.prepare<number[], RawSummary>(`${range} ORDER BY start ASC, size ASC LIMIT ?`),
      desc: database.prepare<number[], RawSummary>(`${range} ORDER BY start DESC, size DESC LIMIT ?`),
    };
  }

  insert(series: number, { start, sizeMs }: Window, revision: number, values: Statistics): void {
    const { count, mean, m2, min, max, first, last } = values;
    this.#insert.run(series, start, sizeMs, revision, count, mean, m2, min, max, first, last);
  }

  latest(series: number, { start, sizeMs }: Window): StoredSummary | undefined {
    const row = this.#latest.get(series, start, sizeMs);
    return row && toSummary(row);
  }

  /** The closed window of an instant. */
  covering(series: number, at: number): Window | undefined {
    const row = this.#covering.get(series, at - HOUR_MS, at, at);
    return row && { start: row.start, sizeMs: row.size };
  }

  delete(series: number, { start, sizeMs }: Window): void {
    this.#delete.run(series, start, sizeMs);
  }

  /** Readings of the window are counted in a gap: no revision that counts them as well may go upstream. */
  giveUp(series: number, { start, sizeMs }: Window): void {
    this.#giveUp.run(series, start, sizeMs);
  }

  isGivenUp(series: number, { start, sizeMs }: Window): boolean {
    return this.#givenUp.get(series, start, sizeMs) !== undefined;
  }

  /** The last revision of every window between two places, both excluded. */
  between(series: number, { after, before, order, limit }: Omit<SummaryRequest, 'sensor'>): StoredSummary[] {
    const bounds = [after.start, after.sizeMs, before.start, before.sizeMs];
    return this.#select[order].all(series, ...bounds, limit).map(toSummary);
  }
}

function toSummary({ start, size, revision, ...values }: RawSummary): StoredSummary {
  return { window: { start, sizeMs: size }, revision, values };
}
