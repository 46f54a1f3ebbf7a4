import type { Receiver, Summary } from '../support/receiver.ts';
import { WINDOW_MS } from './device.ts';
import type { Row } from './recovered.ts';

const PRECISION = 1e-9;

/** What the receiver should know of one window, computed from raw rows, the plain way and not the server's. */
function recompute(rows: readonly Row[]): Record<string, number> {
  const values = rows.map(({ value }) => value);
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const stdev = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  return { count, mean, stdev, min: Math.min(...values), max: Math.max(...values) };
}

const keyOf = (sensor: string, start: number) => `${sensor} ${new Date(start).toISOString()}`;

/** Every difference between what was measured and what the receiver knows, one sentence each. */
export function audit(
  rows: readonly Row[],
  receiver: Pick<Receiver, 'summariesBySensor' | 'brokenKeys'>,
  windowMs = WINDOW_MS,
): string[] {
  const arrived = new Map<string, Summary>();
  const faults = receiver.brokenKeys.map((key) => `two bodies under the key ${key}`);
  for (const summary of [...receiver.summariesBySensor().values()].flat()) {
    const key = keyOf(summary.sensor, Date.parse(summary.window_start));
    if (summary.window_s !== windowMs / 1000) faults.push(`${key} is ${summary.window_s} s long`);
    if (arrived.has(key)) faults.push(`${key} came twice`);
    arrived.set(key, summary);
  }
  const windows = Map.groupBy(rows, ({ sensor, at }) => keyOf(sensor, Math.floor(at / windowMs) * windowMs));
  for (const [key, rowsOfWindow] of windows) {
    const summary = arrived.get(key);
    arrived.delete(key);
    if (summary === undefined) faults.push(`${key} is missing`);
    else faults.push(...differences(key, recompute(rowsOfWindow), summary));
  }
  return [...faults, ...[...arrived.keys()].map((key) => `${key} was never measured`)];
}

function differences(key: string, expected: Record<string, number>, summary: Summary): string[] {
  return Object.entries(expected)
    .filter(([name, value]) => !(Math.abs(Number(summary[name]) - value) <= PRECISION))
    .map(([name, value]) => `${key}: ${name} should be ${value}, is ${summary[name]}`);
}
