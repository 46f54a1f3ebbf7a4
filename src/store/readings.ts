import type { SensorReading } from '../../schemas/sensors.ts';
import { toTimestamp } from '../clock.ts';
import { isOver, windowAt } from '../summaries/window.ts';
import { codeOf } from './fault.ts';
import type { HistoryPage, HistoryRequest, HistoryRow, RowRange, SeriesKind, StoredRow } from './protocol.ts';
import type { ReadingsTable } from './readings-table.ts';
import type { RecentRows } from './recent-rows.ts';

/** Which windows can be closed. */
export interface Closable {
  /** All rows of those that ended before it are in the table. */
  until: number;
  /** What kept the others' rows out of there. */
  full?: unknown;
}

/** Stored rows, wherever they are: in their table, or still in the log in front of it. */
export class Readings {
  readonly #table: ReadingsTable;
  readonly #recent: RecentRows;

  constructor(table: ReadingsTable, recent: RecentRows) {
    this.#table = table;
    this.#recent = recent;
  }

  /** On the card when it returns true. False where they have to be inserted instead, behind a checkpoint. */
  append(rows: readonly StoredRow[]): boolean {
    return this.#recent.append(rows);
  }

  /** All into the table that was appended: before anything is inserted, moved or summed up there. */
  checkpoint(): void {
    this.#recent.checkpoint();
  }

  /**
   * Before windows are closed that are over: which can be. A checkpoint is made where one of them may have rows in the log.
   */
  closableUntil(now: number, windowMs: number): Closable {
    const until = this.#recent.oldest();
    if (until === null) return { until: Number.POSITIVE_INFINITY };
    if (!isOver(windowAt(until, windowMs), now)) return { until };
    try {
      this.#recent.checkpoint();
      return { until: Number.POSITIVE_INFINITY };
    } catch (full) {
      if (codeOf(full) !== 'SQLITE_FULL') throw full;
      return { until, full }; // closing the older ones is how room is made
    }
  }

  /** Part of a transaction of the caller. */
  insert(rows: readonly StoredRow[]): void {
    for (const row of rows) this.#table.insert(row);
  }

  /** True for a row that was inserted; asked behind a checkpoint, of one that was appended as well. */
  holds(row: StoredRow): boolean {
    return this.#table.holds(row);
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
