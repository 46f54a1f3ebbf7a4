import type { Reading, Sensor } from './sensor.ts';

type Judged = Pick<Reading, 'value' | 'quality' | 'reason'>;

/**
 * Judges a value against the limits of its sensor. A value outside is kept and marked: it never counts as good. What is
 * infinite or no number at all has no place on disk or in JSON: it is a failed reading.
 */
export function judge(value: number, { min, max, unit }: Pick<Sensor, 'min' | 'max' | 'unit'>): Judged {
  if (!Number.isFinite(value)) return { value: null, quality: 'failed', reason: `the sensor gave ${value}` };
  const of = unit === null ? '' : ` ${unit}`;
  if (min !== null && value < min) {
    return { value, quality: 'out_of_range', reason: `${value}${of} is below the minimum of ${min}${of}` };
  }
  if (max !== null && value > max) {
    return { value, quality: 'out_of_range', reason: `${value}${of} is above the maximum of ${max}${of}` };
  }
  return { value, quality: 'good', reason: null };
}
