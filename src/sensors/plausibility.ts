import type { Reading, Sensor } from './sensor.ts';

type Judged = Pick<Reading, 'value' | 'quality' | 'reason'>;

/** Judges a value against the limits of its sensor. A value outside is kept and marked: it never counts as good. */
export function judge(value: number, { min, max, unit }: Pick<Sensor, 'min' | 'max' | 'unit'>): Judged {
  const of = unit === null ? '' : ` ${unit}`;
  if (min !== null && value < min) {
    return { value, quality: 'out_of_range', reason: `${value}${of} is below the minimum of ${min}${of}` };
  }
  if (max !== null && value > max) {
    return { value, quality: 'out_of_range', reason: `${value}${of} is above the maximum of ${max}${of}` };
  }
  return { value, quality: 'good', reason: null };
}
