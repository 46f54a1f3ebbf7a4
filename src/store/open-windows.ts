import type { Database } from 'better-sqlite3';
import { CLOSE_AFTER_MS, HOUR_MS, type Span, type Window, windowAt, windowWithin } from '../summaries/window.ts';
import { NeighbouringWindows } from './neighbouring-windows.ts';
import type { SummariesTable } from './summaries-table.ts';

export interface OpenWindow extends Window {
  series: number;
}

interface Tables {
  summaries: SummariesTable;
  series: { forgottenUntil(id: number): number };
}

/**
 * Windows with rows that no summary counts yet. A row of a window that was closed before opens it again: its next
 * revision then counts that row too.
 */
export class OpenWindows {
  readonly #tables: Tables;
  readonly #sizeMs: number;
  readonly #neighbours: NeighbouringWindows;
  /** Where the window is open that each series wrote to last: nearly every row belongs to it again. */
  readonly #current = new Map<number, Span>();
  readonly #find;
  readonly #inside;
  readonly #insert;
  readonly #delete;
  readonly #over;

  constructor(database: Database, tables: Tables, sizeMs: number) {
    this.#tables = tables;
    this.#sizeMs = sizeMs;
    this.#neighbours = new NeighbouringWindows(database);
    this.#find = database.prepare<number[], Window>(
      `SELECT start, size AS sizeMs FROM open_window
       WHERE series = ? AND start > ? AND start <= ? AND start + size > ? ORDER BY size LIMIT 1`,
    );
    this.#inside = database.prepare<number[], OpenWindow>(
      `SELECT series, start, size AS sizeMs FROM open_window
       WHERE series = ? AND start >= ? AND start + size <= ? AND size < ? ORDER BY start`,
    );
    this.#insert = database.prepare<number[]>('INSERT INTO open_window (series, start, size) VALUES (?, ?, ?)');
    this.#delete = database.prepare<number[]>('DELETE FROM open_window WHERE series = ? AND start = ? AND size = ?');
    this.#over = database.prepare<[number, number, number], OpenWindow>(
      `SELECT series, start, size AS sizeMs FROM open_window
       WHERE start + size + ${CLOSE_AFTER_MS} <= ? AND start + size <= ? ORDER BY start LIMIT ?`,
    );
  }

  /** Makes sure that a row will be counted: every instant of a series belongs to exactly one window. */
  mark(series: number, at: number): void {
    const current = this.#current.get(series);
    if (current !== undefined && at >= current.from && at < current.to) return;
    const window = this.#covering(series, at) ?? this.#open(series, this.#free(series, at));
    this.#current.set(series, this.#ownOf(series, at, window));
  }

  /** The oldest that may be closed and ended before `until`. */
  over(now: number, until: number, limit: number): OpenWindow[] {
    return this.#over.all(now, until, limit);
  }

  /** Open windows inside a merged hour: they had arrived before it was made, and stand beside it. */
  inside({ series, start, sizeMs }: OpenWindow): OpenWindow[] {
    return sizeMs < HOUR_MS ? [] : this.#inside.all(series, start, start + sizeMs, sizeMs);
  }

  close({ series, start, sizeMs }: OpenWindow): void {
    this.#delete.run(series, start, sizeMs);
    this.#current.delete(series);
  }

  /** Forgets what it remembers beside the tables: after a transaction that did not happen. */
  forget(): void {
    this.#current.clear();
  }

  /** The smallest one: a merged hour covers only what the windows inside it do not. */
  #covering(series: number, at: number): Window | undefined {
    const open = this.#find.get(series, at - HOUR_MS, at, at);
    if (open !== undefined && open.sizeMs < HOUR_MS) return open;
    const closed = this.#tables.summaries.covering(series, at);
    if (closed === undefined || (open !== undefined && open.sizeMs <= closed.sizeMs)) return open;
    return this.#open(series, closed);
  }

  #open(series: number, window: Window): Window {
    this.#insert.run(series, window.start, window.sizeMs);
    return window;
  }

  /**
   * A window that shares no time with any other: the size may have been changed in the configuration, and windows of the
   * other one, closed or open, before or behind, hold rows that may not be counted in two. Nor does it begin before and
   * end behind the instant until which delivered summaries are forgotten.
   */
  #free(series: number, at: number): Window {
    const whole = windowAt(at, this.#sizeMs);
    const beside = this.#neighbours.of(series, at, { from: whole.start, to: whole.start + whole.sizeMs });
    const forgotten = windowAt(this.#tables.series.forgottenUntil(series) + 999, 1000).start;
    const free =
      at < forgotten
        ? { ...beside, to: Math.min(beside.to, forgotten) }
        : { ...beside, from: Math.max(beside.from, forgotten) };
    return windowWithin(at, this.#sizeMs, free);
  }

  /** The part of a window around an instant that no smaller window inside it covers. */
  #ownOf(series: number, at: number, { start, sizeMs }: Window): Span {
    const all = { from: start, to: start + sizeMs };
    return sizeMs < HOUR_MS ? all : this.#neighbours.of(series, at, all);
  }
}
