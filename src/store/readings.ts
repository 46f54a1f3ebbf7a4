import type { SensorReading } from '../../schemas/sensors.ts';
import { toTimestamp } from '../clock.ts';
import { isOver, windowAt } from '../summaries/window.ts';
import { codeOf } from './fault.ts';
import type { HistoryPage, HistoryRequest, HistoryRow, RowRange, SeriesKind, StoredRow } from './protocol.ts';
import type { ReadingsTable } from './readings-table.ts';
import type { RecentRows } from './recent-rows.ts';

/** Stored rows, wherever they are: in their table, or still in the log in front of it. */
export class Readings {
  readonly #table: ReadingsTable;
  readonly #recent: RecentRows;

  constructor(table: ReadingsTable, recent: RecentRows) {
    this.#table = table;
    this.#recent = recent;
  }

  /** On the card when it returns true. False for rows that have to be {@link insert}ed, when all others are settled. */
  append(rows: readonly StoredRow[]): boolean {
    return this.#recent.append(rows);
  }

  /** All into the table that was appended: before anything is inserted, moved or summed up there. */
  settle(): void {
    this.#recent.settle();
  }

  /**
   * The same before windows are closed, where one that is over may have rows in the log. Windows that ended before the
   * instant which is answered have all theirs in the table: where it has no room for more, closing those is how room is
   * made.
   */
  settleForWindows(now: number, windowMs: number): number {
    const oldest = this.#recent.oldest();
    if (oldest === null) return Number.POSITIVE_INFINITY;
    if (!isOver(windowAt(oldest, windowMs), now)) return oldest;
    try {
      this.#recent.settle();
      return Number.POSITIVE_INFINITY;
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_FULL') throw error;
      return oldest;
    }
  }

  /** Part of a transaction of the caller. */
  insert(rows: readonly StoredRow[]): void {
    for (const row of rows) this.#table.insert(row);
  }

  /** True for a row that was appended, or inserted. */
  holds(row: StoredRow): boolean {
    const appended = this.#recent.find(row.kind, row.name, row.at);
    if (appended === undefined) return this.#table.holds(row);
    return appended.value === row.value && appended.quality === row.quality;
  }

  /** One page of a sensor's rows, written where nobody waits for it: one text on its way instead of a thousand rows. */
  page({ sensor, limit, ...range }: HistoryRequest): HistoryPage {
    // One more than the page holds tells whether there is a next page.
    const rows = this.range('sensor', sensor, { ...range, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const readings = page.map(({ at, ...row }): SensorReading => ({ timestamp: toTimestamp(at), ...row }));
    const last = rows.length > limit ? (page.at(-1)?.at ?? null) : null;
    return { count: page.length, json: JSON.stringify(readings), last };
  }

  range(kind: SeriesKind, name: string, range: RowRange): HistoryRow[] {
    // Of one series those that were appended are the newer ones.
    const [nearer, further] = range.order === 'asc' ? [this.#table, this.#recent] : [this.#recent, this.#table];
    const rows = nearer.range(kind, name, range);
    const limit = range.limit - rows.length;
    return limit > 0 ? [...rows, ...further.range(kind, name, { ...range, limit })] : rows;
  }
}
