import type { Target } from './question.ts';

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
  return { min: at(0), median, max: at(sorted.length - 1) };
}

export const median = (values: readonly number[]): number => spread(values).median;

/** Of two lists that were measured in turns: the quotient of each turn, so that what disturbs both counts for neither. */
export function quotients(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((value, turn) => value / (theirs[turn] ?? Number.NaN));
}

/** Three digits that matter, and thousands set apart. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(3)));
}

/** Median, with minimum and maximum where there is more than one. */
export function shown(values: readonly number[], unit = ''): string {
  const { min, median: middle, max } = spread(values);
  const behind = unit === '' ? '' : ` ${unit}`;
  return values.length < 2
    ? `${digits(middle)}${behind}`
    : `${digits(middle)}${behind} (${digits(min)} to ${digits(max)})`;
}

interface Limit {
  atLeast?: number;
  atMost?: number;
  unit?: string;
}

/** Judged by the median. */
export function judged(what: string, values: readonly number[], { atLeast, atMost, unit = '' }: Limit): Target {
  const behind = unit === '' ? '' : ` ${unit}`;
  const middle = median(values);
  return {
    what,
    target: atLeast === undefined ? `at most ${digits(atMost ?? 0)}${behind}` : `at least ${digits(atLeast)}${behind}`,
    measured: shown(values, unit),
    met: middle >= (atLeast ?? Number.NEGATIVE_INFINITY) && middle <= (atMost ?? Number.POSITIVE_INFINITY),
  };
}
