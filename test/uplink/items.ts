import { toTimestamp } from '../../src/clock.ts';
import { FAKE_START_MS } from '../support/fake-clock.ts';
import type { Item } from '../support/receiver.ts';

const WINDOW_MS = 300_000;

/** The summaries of windows one after the other, oldest first. */
export function summaries(count: number, { sensor = 'air_temp_c', from = 0 } = {}): Item[] {
  return Array.from({ length: count }, (_, n) => aSummary(sensor, from + n));
}

/** The n-th window of the morning. */
export function aSummary(sensor: string, n: number, revision = 0): Item {
  const windowStart = toTimestamp(FAKE_START_MS + n * WINDOW_MS);
  return {
    id: `greenhouse-1/${sensor}/${windowStart}/${revision}`,
    kind: 'summary',
    sensor,
    unit: '°C',
    window_start: windowStart,
    window_s: 300,
    revision,
    mean: 21.4,
    min: 21.1,
    max: 21.9,
    stdev: 0.18,
    count: 30,
    period_start: toTimestamp(FAKE_START_MS + n * WINDOW_MS + 3120),
    period_end: toTimestamp(FAKE_START_MS + n * WINDOW_MS + 293_118),
  };
}

export function anAlert(n = 0): Item {
  return {
    id: `greenhouse-1/alert/vent-on-heat/${n}`,
    kind: 'alert',
    rule: 'vent-on-heat',
    sensor: 'air_temp_c',
    value: 31.2,
    severity: 'warning',
    raised_at: toTimestamp(FAKE_START_MS + n),
    cleared_at: null,
  };
}
