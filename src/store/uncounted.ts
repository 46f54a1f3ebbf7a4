import type { Database } from 'better-sqlite3';
import { HOUR_MS, type Span } from '../summaries/window.ts';
import type { Reason } from './gaps.ts';
import { type Row, readable, type TableCopy } from './table-copy.ts';

/** Rows that wait for their true time, and losses that do: they are in no window yet. Answers how many rows came over. */
export function copyUntrusted(tables: TableCopy): number {
  tables.copy({ table: 'untrusted_loss', key: ['series', 'run'] });
  return tables.copy({ table: 'reading', where: 'run > 0', key: ['run', 'series', 'at'] }).rows;
}

/** Whether a window was closed before, by the columns of `open_window`. */
const CLOSED = `EXISTS (SELECT 1 FROM summary AS s
  WHERE s.series = open_window.series AND s.start = open_window.start AND s.size = open_window.size)`;

/**
 * Open windows of a series that begin before an instant, and their rows; answers how many rows came over. Those that were
 * never closed, as there are behind a month without the time. Of those that were closed, and are open again for a late
 * row, the ones whose other rows had to make room: what is there of them is what no summary counts.
 */
export function copyUncounted(series: number, before: number, tables: TableCopy): number {
  const open = `series = ${series} AND start < ${before} AND (NOT ${CLOSED} OR start < (${purgedUntil(series)}))`;
  const spans: Span[] = [];
  tables.copy({ table: 'open_window', where: open, key: ['start', 'size'] }, (row: Row) => {
    const [from, to] = [Number(row.start), Number(row.start) + Number(row.size)];
    const last = spans.at(-1);
    if (last !== undefined && from >= last.from && from <= last.to) last.to = Math.max(last.to, to);
    else spans.push({ from, to });
    return row;
  });
  const rowsOf = ({ from, to }: Span) =>
    tables.copy({ table: 'reading', where: `series = ${series} AND at >= ${from} AND at < ${to}`, key: ['at'] }).rows;
  return spans.reduce((sum, span) => sum + rowsOf(span), 0);
}

/**
 * Of a window that is open again for late rows, and whose other rows are still there, nobody knows which are the late
 * ones: they stay behind, and are told as a gap.
 */
export function countLeftBehind(series: number, before: number, { from, into }: Sides): void {
  const windows = readable(() => from.prepare<[], LeftBehind>(LEFT_BEHIND(series, before)).all()) ?? [];
  const late = windows.filter(({ count }) => count > 0);
  if (late.length === 0) return;
  into
    .prepare<number[]>(
      `INSERT INTO untrusted_loss (series, run, first, last, count, reason) VALUES (?, 0, ?, ?, ?, '${REASON}')`,
    )
    .run(
      series,
      Math.min(...late.map(({ first }) => first)),
      Math.max(...late.map(({ last }) => last)),
      late.reduce((sum, { count }) => sum + count, 0),
    );
}

interface Sides {
  from: Database;
  into: Database;
}

type LeftBehind = Record<'first' | 'last' | 'count', number>;

const REASON = 'the database of the device broke' satisfies Reason;

const purgedUntil = (series: number) => `SELECT purged_until FROM series WHERE id = ${series}`;

const LEFT_BEHIND = (series: number, before: number) =>
  `SELECT min(at) AS first, max(at) AS last, count(*) -
   (SELECT count FROM summary AS s WHERE s.series = w.series AND s.start = w.start AND s.size = w.size
    ORDER BY revision DESC LIMIT 1) AS count
   FROM open_window AS w CROSS JOIN reading AS r
   ON r.series = w.series AND r.at >= w.start AND r.at < w.start + w.size AND r.run = 0 AND r.quality = 0
   WHERE w.series = ${series} AND w.start < ${before} AND w.start >= (${purgedUntil(series)})
   GROUP BY w.start, w.size`;

/** Where the newest summaries of a series that begin before an instant end; the instant itself where that cannot be read. */
export function summarisedUntil(series: number, before: number, from: Database): number {
  const newest = `SELECT max(start) FROM summary WHERE series = ${series} AND start < ${before}`;
  const end = readable(() =>
    from
      .prepare<[], number | null>(
        `SELECT max(start + size) FROM summary
         WHERE series = ${series} AND start < ${before} AND start > (${newest}) - ${HOUR_MS}`,
      )
      .pluck()
      .get(),
  );
  return end === undefined ? before : (end ?? Number.NEGATIVE_INFINITY);
}
