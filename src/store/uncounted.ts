import type { Database } from 'better-sqlite3';
import { type Row, readable, type TableCopy } from './table-copy.ts';

interface Span {
  start: number;
  end: number;
}

/** Rows that wait for their true time, and losses that do: they are in no window yet. Answers how many came over. */
export function copyUntrusted(tables: TableCopy): number {
  tables.copy({ table: 'untrusted_loss', key: ['series', 'run'] });
  return tables.copy({ table: 'reading', where: 'run > 0', key: ['run', 'series', 'at'] }).rows;
}

/**
 * Windows of a series that begin before an instant and were never closed, as there are behind a month without the time,
 * and their rows. Answers how many rows came over. One that was closed and is open again for a late row is left out:
 * which of its rows its summary counts is known only while all the raw rows behind it are there.
 */
export function copyNeverClosed(series: number, before: number, tables: TableCopy): number {
  const open = `series = ${series} AND start < ${before} AND NOT EXISTS
    (SELECT 1 FROM summary AS s WHERE s.series = open_window.series AND s.start = open_window.start)`;
  const spans: Span[] = [];
  tables.copy({ table: 'open_window', where: open, key: ['start'] }, (row: Row) => {
    const [start, end] = [Number(row.start), Number(row.start) + Number(row.size)];
    const last = spans.at(-1);
    if (last !== undefined && start >= last.start && start <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
    return row;
  });
  const rowsOf = ({ start, end }: Span) =>
    tables.copy({ table: 'reading', where: `series = ${series} AND at >= ${start} AND at < ${end}`, key: ['at'] }).rows;
  return spans.reduce((sum, span) => sum + rowsOf(span), 0);
}

/** Where the newest summary of a series before an instant begins; the instant itself where that cannot be read. */
export function newestSummary(series: number, before: number, from: Database): number {
  const newest = readable(() =>
    from
      .prepare<number[], number | null>('SELECT max(start) FROM summary WHERE series = ? AND start < ?')
      .pluck()
      .get(series, before),
  );
  return newest === undefined ? before : (newest ?? Number.NEGATIVE_INFINITY);
}
