import type { Database } from 'better-sqlite3';
import { systemClock } from '../clock.ts';
import { summaryId, summaryItem } from '../summaries/item.ts';
import { merge, type Point, type Statistics, summarise } from '../summaries/statistics.ts';
import type { Gaps } from './gaps.ts';
import type { OpenWindow, OpenWindows } from './open-windows.ts';
import type { OutboxTable } from './outbox-table.ts';
import type { Closing } from './protocol.ts';
import type { Closable } from './readings.ts';
import type { SeriesTable } from './series-table.ts';
import type { SummariesTable } from './summaries-table.ts';

const WINDOWS_A_CALL = 200;
/** An hour of readings each second is 3600 rows of a window, and commits wait behind the call. */
const CALL_MS = 100;
/** A sync for each window would take a slow card a second for three of them. */
const WINDOWS_A_COMMIT = 50;

interface Tables {
  series: SeriesTable;
  openWindows: OpenWindows;
  summaries: SummariesTable;
  outbox: OutboxTable;
  gaps: Gaps;
}

/** Makes summaries of windows that are over. */
export class WindowClosing {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #points;
  readonly #purge;

  constructor(database: Database, tables: Tables) {
    this.#database = database;
    this.#tables = tables;
    this.#points = database.prepare<number[], Point>(
      'SELECT at, value FROM reading WHERE series = ? AND at >= ? AND at < ? AND run = 0 AND quality = 0',
    );
    this.#purge = database.prepare<number[]>('DELETE FROM reading WHERE series = ? AND at >= ? AND at < ? AND run = 0');
  }

  /**
   * Closes the oldest windows that are over and closable, each whole with its outbox row or not at all; answers how many,
   * 0 when there are none left, and throws why, where some are left that cannot be. Behind a month without the time there are thousands: a commit must not wait for all of them, nor for
   * long where windows are large.
   */
  closeOver(closing: Closing, { until, full }: Closable): number {
    const over = this.#tables.openWindows.over(closing.now, until, WINDOWS_A_CALL);
    const end = systemClock.monotonic() + CALL_MS;
    let closed = 0;
    while (closed < over.length && (closed === 0 || systemClock.monotonic() < end)) {
      closed += this.#closeTogether(over.slice(closed, closed + WINDOWS_A_COMMIT), end, closing);
    }
    if (closed === 0 && full !== undefined) throw full;
    return closed;
  }

  /** At least one, and none after `end`. One that cannot be closed does not undo the ones before it. */
  #closeTogether(windows: readonly OpenWindow[], end: number, closing: Closing): number {
    let closed = 0;
    let fault: unknown;
    this.#database.transaction(() => {
      for (const window of windows) {
        try {
          this.closeEarly(window, closing);
        } catch (error) {
          if (!this.#database.inTransaction) throw error; // the disk has undone all of it
          fault = error;
          return;
        }
        closed += 1;
        if (systemClock.monotonic() >= end) return;
      }
    })();
    if (fault !== undefined) throw fault;
    return closed;
  }

  /** Closes a window, also before its end, where its rows are in the way; what comes later makes its next revision. */
  closeEarly(window: OpenWindow, closing: Closing): void {
    this.#database.transaction(() => this.#close(window, closing))();
  }

  #close(window: OpenWindow, closing: Closing): void {
    const { now, device, units, upstream } = closing;
    const { series, openWindows, summaries, outbox, gaps } = this.#tables;
    for (const inner of openWindows.inside(window)) this.#close(inner, closing); // they take their own rows out of the hour
    openWindows.close(window);
    const before = summaries.latest(window.series, window);
    const values = this.#valuesOf(window, before?.values);
    if (values === undefined || values.count === before?.values.count) return; // nothing good in it, or nothing new
    const lost = { series: window.series, from: values.first, to: values.last };
    if (before === undefined && window.start < series.forgottenUntil(window.series)) {
      // What was delivered of it is not known any more: a summary of the rest would take its place.
      this.#purge.run(window.series, window.start, window.start + window.sizeMs); // no later row counts them once more
      gaps.add({ ...lost, count: values.count, reason: 'they came after their window was forgotten' }, closing);
      return;
    }
    const revision = before === undefined ? 0 : before.revision + 1;
    summaries.insert(window.series, window, revision, values);
    if (!upstream) return;
    const readings = values.count - (before?.values.count ?? 0);
    if (summaries.isGivenUp(window.series, window)) {
      gaps.add({ ...lost, count: readings, reason: 'refused by the receiver' }, closing);
      return;
    }
    const sensor = series.nameOf(window.series);
    const subject = { device, sensor, unit: units[sensor] ?? null };
    outbox.add({
      lane: 'summary',
      id: summaryId(subject, window, revision),
      item: JSON.stringify(summaryItem(subject, window, revision, values)),
      series: window.series,
      window,
      readings,
      madeAt: now,
    });
  }

  /**
   * From all rows of the window; where its rows had to make room, from its last summary and the rows that have come
   * since, which go then, so that they are not counted again.
   */
  #valuesOf(window: OpenWindow, before: Statistics | undefined): Statistics | undefined {
    const end = window.start + window.sizeMs;
    const fresh = summarise(this.#points.all(window.series, window.start, end));
    if (window.start >= this.#tables.series.purgedUntil(window.series)) return fresh;
    this.#purge.run(window.series, window.start, end);
    return before !== undefined && fresh !== undefined ? merge(before, fresh) : (before ?? fresh);
  }
}
