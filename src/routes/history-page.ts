import type { HistoryQuery } from '../../schemas/sensors.ts';
import { HttpProblem } from '../plugins/problems.ts';

interface Range {
  from: number;
  to: number;
  order: 'asc' | 'desc';
}

/** First millisecond of a range, and the first one behind it. */
export function timeRange({ from, to }: { from?: string; to?: string }): { from: number; to: number } {
  const first = from === undefined ? 0 : instant('from', from);
  const end = to === undefined ? Number.MAX_SAFE_INTEGER : instant('to', to);
  if (first >= end) throw new HttpProblem(400, 'The range is empty: from must be before to');
  return { from: first, to: end };
}

/** The format of the schema knows leap seconds, and offsets from UTC that nobody has; time here does not. */
function instant(name: 'from' | 'to', text: string): number {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  const message = 'must be a time that exists, without leap seconds';
  throw new HttpProblem(400, `${name} ${message}`, { errors: [{ path: `/querystring/${name}`, message }] });
}

/** The range of a page: what was asked for, less what the pages before it have shown. */
export function historyRange({ order = 'desc', cursor, ...range }: HistoryQuery): Range {
  const { from: first, to: end } = timeRange(range);
  if (cursor === undefined) return { from: first, to: end, order };
  const seen = Number.parseInt(cursor, 36);
  return order === 'desc'
    ? { from: first, to: Math.min(end, seen), order }
    : { from: Math.max(first, seen + 1), to: end, order };
}

/** The place behind a page: the instant of its last row, which no other row of the sensor shares. */
export const cursorAt = (at: number): string => at.toString(36);
