import type { Database } from 'better-sqlite3';
import { summaryId, summaryItem } from '../summaries/item.ts';
import { merge, type Statistics } from '../summaries/statistics.ts';
import { HOUR_MS, type Window, windowAt } from '../summaries/window.ts';
import type { Gaps } from './gaps.ts';
import type { OutboxTable } from './outbox-table.ts';
import type { Retaining } from './protocol.ts';
import type { SeriesTable } from './series-table.ts';
import type { SummariesTable } from './summaries-table.ts';

const WINDOWS_A_STEP = 300;

interface Tables {
  series: SeriesTable;
  summaries: SummariesTable;
  outbox: OutboxTable;
  gaps: Gaps;
}

interface Waiting {
  series: number;
  start: number;
  sizeMs: number;
}

/** Of a window: what waits of it, and how many of its revisions are known at all. */
interface Unsent {
  first: number;
  revisions: number;
  known: number;
  readings: number;
  madeAt: number | null;
}

/** What may still be changed: a row that was in a batch may have arrived. */
const UNSENT = "lane = 'summary' AND size > 0 AND batch IS NULL AND refused IS NULL";

/** Makes the summaries that wait smaller, without loss as long as it can. Only windows whose raw rows are gone. */
export class RetentionBacklog {
  readonly #tables: Tables;
  readonly #waiting;
  readonly #inHour;
  readonly #unsent;
  readonly #deleteItems;
  readonly #deleteSummaries;
  /** Everything before it was looked at in this round. */
  #merged = 0;

  constructor(database: Database, tables: Tables) {
    this.#tables = tables;
    this.#waiting = database.prepare<[number, number, number], Waiting>(
      `SELECT series, start, size AS sizeMs FROM outbox
       WHERE ${UNSENT} AND start >= ? AND size < ? ORDER BY start, id LIMIT ?`,
    );
    this.#inHour = database.prepare<number[], Window>(
      `SELECT DISTINCT start, size AS sizeMs FROM outbox
       WHERE ${UNSENT} AND series = ? AND start >= ? AND start < ? AND size < ? ORDER BY start`,
    );
    this.#unsent = database.prepare<number[], Unsent>(
      `SELECT coalesce(min(item ->> '$.revision'), 0) AS first, count(*) AS revisions,
       (SELECT count(*) FROM summary AS s WHERE s.series = o.series AND s.start = o.start AND s.size = o.size) AS known,
       coalesce(sum(readings), 0) AS readings, min(made_at) AS madeAt
       FROM outbox AS o WHERE ${UNSENT} AND series = ? AND start = ? AND size = ?`,
    );
    this.#deleteItems = database.prepare<number[]>(
      `DELETE FROM outbox WHERE ${UNSENT} AND series = ? AND start = ? AND size = ?`,
    );
    this.#deleteSummaries = database.prepare<number[]>(
      'DELETE FROM summary WHERE series = ? AND start = ? AND size = ? AND revision >= ?',
    );
  }

  /** A new round: what could not be merged in the last one may be now. */
  begin(): void {
    this.#merged = 0;
  }

  /** Merges the oldest windows into hours; false where there is nothing left to merge. */
  merge(retaining: Retaining): boolean {
    for (;;) {
      const waiting = this.#waiting.all(this.#merged, HOUR_MS, WINDOWS_A_STEP);
      const last = waiting.at(-1);
      if (last === undefined) return false;
      const hours = new Map(
        waiting.map(({ series, start }) => {
          const hour = windowAt(start, HOUR_MS).start;
          return [`${series} ${hour}`, { series, start: hour }];
        }),
      );
      const merged = [...hours.values()].filter((hour) => this.#mergeHour(hour, retaining)).length;
      this.#merged = Math.max(last.start, this.#merged + 1);
      if (merged > 0) return true;
    }
  }

  /** Drops the oldest windows and reports them as gaps; false where nothing may be dropped. */
  drop(retaining: Retaining): boolean {
    const waiting = this.#waiting.all(0, Number.MAX_SAFE_INTEGER, WINDOWS_A_STEP);
    return waiting.filter((window) => this.#drop(window, retaining)).length > 0;
  }

  #mergeHour({ series, start }: { series: number; start: number }, { device, units, now }: Retaining): boolean {
    const { series: names, summaries, outbox } = this.#tables;
    const hour = { start, sizeMs: HOUR_MS };
    // Rows that come into the hour later are added to it, and so must not be in another window as well.
    if (start + HOUR_MS > names.purgedUntil(series) || start < names.forgottenUntil(series)) return false;
    const parts = this.#inHour
      .all(series, start, start + HOUR_MS, HOUR_MS)
      .map((window) => ({ window, unsent: this.#unsentOf(series, window) }))
      // A revision that has arrived counts these readings already: the window stays beside the hour.
      .filter(({ unsent }) => unsent.revisions === unsent.known);
    const before = summaries.latest(series, hour);
    if (summaries.isGivenUp(series, hour)) return false;
    if (parts.length === 0 || (parts.length === 1 && before === undefined)) return false;
    const earlier = this.#unsentOf(series, hour);
    const sources = [...(before === undefined ? [] : [hour]), ...parts.map(({ window }) => window)];
    const values = sources.map((window) => summaries.latest(series, window)?.values as Statistics).reduce(merge);
    for (const window of sources) this.#remove(series, window);
    const revision = (summaries.latest(series, hour)?.revision ?? -1) + 1;
    summaries.insert(series, hour, revision, values);
    const sensor = names.nameOf(series);
    const subject = { device, sensor, unit: units[sensor] ?? null };
    const replaced = [earlier, ...parts.map(({ unsent }) => unsent)];
    outbox.add({
      lane: 'summary',
      id: summaryId(subject, hour, revision),
      item: JSON.stringify(summaryItem(subject, hour, revision, values)),
      series,
      window: hour,
      readings: replaced.reduce((sum, { readings }) => sum + readings, 0),
      madeAt: Math.min(...replaced.map(({ madeAt }) => madeAt ?? now)),
    });
    return true;
  }

  #drop(window: Waiting, retaining: Retaining): boolean {
    const { series, start, sizeMs } = window;
    if (start + sizeMs > this.#tables.series.purgedUntil(series)) return false;
    const unsent = this.#unsentOf(series, window);
    const summary = this.#tables.summaries.latest(series, window);
    if (unsent.revisions === 0) return false; // dropped with its other revision
    this.#remove(series, window);
    const { first: from, last: to } = summary?.values ?? { first: start, last: start + sizeMs };
    const loss = { series, from, to, count: unsent.readings, reason: 'no room on the device' as const };
    this.#tables.gaps.add(loss, { ...retaining, upstream: true });
    return true;
  }

  #unsentOf(series: number, { start, sizeMs }: Window): Unsent {
    return this.#unsent.get(series, start, sizeMs) as Unsent;
  }

  /** Takes back the revisions that nobody has seen. Those that have arrived stay: the next one builds on them. */
  #remove(series: number, window: Window): void {
    const { first, revisions } = this.#unsentOf(series, window);
    if (revisions === 0) return;
    this.#deleteSummaries.run(series, window.start, window.sizeMs, first);
    this.#deleteItems.run(series, window.start, window.sizeMs);
  }
}
