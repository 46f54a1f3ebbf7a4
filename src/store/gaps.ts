import type { Database } from 'better-sqlite3';
import { toTimestamp } from '../clock.ts';
import { gapItem } from '../summaries/item.ts';
import type { Publishing } from './records.ts';
import type { SeriesTable } from './series-table.ts';

/** Why readings will never come. */
export type Reason =
  | 'no room on the device'
  | 'refused by the receiver'
  | 'the disk of the device did not take them'
  | 'they came after their window was forgotten'
  | 'the database of the device broke'
  | 'their time is a guess';

/** Readings that will never come. */
export interface Loss {
  series: number;
  /** Times of the first and the last of them. */
  from: number;
  to: number;
  count: number;
  /** One {@link Reason}, or several with {@link BETWEEN} in between. */
  reason: string;
}

interface WaitingGap {
  id: number;
  item: string;
}

/** Keeps account of readings that will never come. One row for each sensor grows until a batch has taken it. */
export class Gaps {
  readonly #series: SeriesTable;
  readonly #waiting;
  readonly #insert;
  readonly #grow;
  readonly #fold;

  constructor(database: Database, series: SeriesTable) {
    this.#series = series;
    this.#waiting = database.prepare<[number], WaitingGap>(
      `SELECT id, item FROM outbox
       WHERE series = ? AND lane = 'summary' AND size = 0 AND batch IS NULL AND refused IS NULL LIMIT 1`,
    );
    this.#insert = database.prepare<(string | number)[]>(
      `INSERT INTO outbox (lane, item_id, item, series, start, size, readings, made_at)
       VALUES ('summary', ?, ?, ?, ?, 0, ?, ?)`,
    );
    this.#grow = database.prepare<(string | number)[]>(
      'UPDATE outbox SET item_id = ?, item = ?, start = ?, readings = ? WHERE id = ?',
    );
    this.#fold = database.prepare<[string, number, number]>(
      'UPDATE outbox SET item = ?, readings = readings + ? WHERE id = ?',
    );
  }

  /** Part of the caller's transaction. Where nothing goes upstream, the readings are only counted. */
  add(loss: Loss, { now, device, upstream }: Publishing): void {
    if (loss.count === 0) return;
    const total = this.#series.addDropped(loss.series, loss.count);
    if (!upstream) return;
    const sensor = this.#series.nameOf(loss.series);
    const waiting = this.#waiting.get(loss.series);
    const { from, to, count, reason } = waiting === undefined ? loss : joined(loss, waiting.item);
    const item = gapItem(device, { sensor, from, to, count, reason }, total);
    const json = JSON.stringify(item);
    if (waiting === undefined) this.#insert.run(item.id, json, loss.series, from, count, now);
    else this.#grow.run(item.id, json, from, count, waiting.id);
  }

  /** Of two gaps that are set aside the newer one stands for both from now on. Nothing of it is sent any more. */
  fold(older: { item: string; readings: number }, newer: WaitingGap): void {
    const { from, to, ...rest } = joined(spanOf(older.item), newer.item);
    const item = { ...JSON.parse(newer.item), from: toTimestamp(from), to: toTimestamp(to), ...rest };
    this.#fold.run(JSON.stringify(item), older.readings, newer.id);
  }
}

type Span = Omit<Loss, 'series'>;

function spanOf(item: string): Span {
  const { from, to, count, reason } = JSON.parse(item) as { from: string; to: string; count: number; reason: string };
  return { from: Date.parse(from), to: Date.parse(to), count, reason };
}

/** Of both, with every reason once. */
function joined({ from, to, count, reason }: Span, item: string): Span {
  const before = spanOf(item);
  const reasons = new Set([...before.reason.split(BETWEEN), ...reason.split(BETWEEN)]);
  return {
    from: Math.min(from, before.from),
    to: Math.max(to, before.to),
    count: count + before.count,
    reason: [...reasons].join(BETWEEN),
  };
}

const BETWEEN = '; ';
