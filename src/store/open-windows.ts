import type { Database } from 'better-sqlite3';
import { CLOSE_AFTER_MS, HOUR_MS, type Window, windowAt } from '../summaries/window.ts';
import type { SummariesTable } from './summaries-table.ts';

export interface OpenWindow extends Window {
  series: number;
}

/**
 * Windows with rows that no summary counts yet. A row of a window that was closed before opens it again: its next
 * revision then counts that row too.
 */
export class OpenWindows {
  readonly #summaries: SummariesTable;
  readonly #sizeMs: number;
  /** The window that each series wrote to last: nearly every row belongs to it again. */
  readonly #current = new Map<number, Window>();
  readonly #find;
  readonly #insert;
  readonly #delete;
  readonly #over;

  constructor(database: Database, summaries: SummariesTable, sizeMs: number) {
    this.#summaries = summaries;
    this.#sizeMs = sizeMs;
    this.#find = database.prepare<number[], Window>(
      `SELECT start, size AS sizeMs FROM open_window
       WHERE series = ? AND start > ? AND start < ? AND start + size > ? LIMIT 1`,
    );
    this.#insert = database.prepare<number[]>('INSERT INTO open_window (series, start, size) VALUES (?, ?, ?)');
    this.#delete = database.prepare<number[]>('DELETE FROM open_window WHERE series = ? AND start = ?');
    this.#over = database.prepare<[number, number, number], OpenWindow>(
      `SELECT series, start, size AS sizeMs FROM open_window
       WHERE start + size + ${CLOSE_AFTER_MS} <= ? AND start + size <= ? ORDER BY start LIMIT ?`,
    );
  }

  /** Makes sure that a row will be counted: every instant of a series belongs to exactly one window. */
  mark(series: number, at: number): void {
    const current = this.#current.get(series);
    if (current !== undefined && at >= current.start && at < current.start + current.sizeMs) return;
    this.#current.set(series, this.#covering(series, at, at + 1) ?? this.#open(series, at));
  }

  /** The oldest that may be closed and ended before `until`. */
  over(now: number, until: number, limit: number): OpenWindow[] {
    return this.#over.all(now, until, limit);
  }

  close({ series, start }: OpenWindow): void {
    this.#delete.run(series, start);
    if (this.#current.get(series)?.start === start) this.#current.delete(series);
  }

  /** Forgets what it remembers beside the tables: after a transaction that did not happen. */
  forget(): void {
    this.#current.clear();
  }

  #covering(series: number, from: number, to: number): Window | undefined {
    return this.#find.get(series, from - HOUR_MS, to, from);
  }

  /**
   * A window that shares time with a closed one takes its size: the size may have been changed in the configuration in
   * the middle of it, and no row may be counted in two windows.
   */
  #open(series: number, at: number): Window {
    const sizeMs = this.#sizeMs;
    const closed = this.#summaries.overlapping(series, at, at + 1, HOUR_MS);
    let window = closed ?? windowAt(at, sizeMs);
    if (closed === undefined) {
      const { start } = window;
      const other =
        this.#summaries.overlapping(series, start, start + sizeMs, HOUR_MS) ??
        this.#covering(series, start, start + sizeMs);
      if (other !== undefined && other.sizeMs < sizeMs) window = windowAt(at, other.sizeMs);
    }
    this.#insert.run(series, window.start, window.sizeMs);
    return window;
  }
}
