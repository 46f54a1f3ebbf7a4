/** One value at one instant (milliseconds since 1970). */
export interface Point {
  at: number;
  value: number;
}

/** What a window is reduced to. `m2`, the sum of squared deviations, is what lets two of them be joined exactly. */
export interface Statistics {
  count: number;
  mean: number;
  m2: number;
  min: number;
  max: number;
  /** Instants of the first and the last value. */
  first: number;
  last: number;
}

/** Undefined for no values. Two passes, because one pass over large values with small differences loses digits. */
export function summarise(points: readonly Point[]): Statistics | undefined {
  const [head] = points;
  if (head === undefined) return undefined;
  const mean = points.reduce((sum, { value }) => sum + (value - head.value), 0) / points.length + head.value;
  const statistics = {
    count: points.length,
    mean,
    m2: 0,
    min: head.value,
    max: head.value,
    first: head.at,
    last: head.at,
  };
  for (const { at, value } of points) {
    statistics.m2 += (value - mean) ** 2;
    statistics.min = Math.min(statistics.min, value);
    statistics.max = Math.max(statistics.max, value);
    statistics.first = Math.min(statistics.first, at);
    statistics.last = Math.max(statistics.last, at);
  }
  return statistics;
}

/** The statistics of both sets of values together (Chan, Golub, LeVeque 1979). */
export function merge(a: Statistics, b: Statistics): Statistics {
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (delta * b.count) / count,
    m2: a.m2 + b.m2 + (delta ** 2 * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  };
}

/** The sample deviation; 0 for a single value. */
export function stdev({ count, m2 }: Pick<Statistics, 'count' | 'm2'>): number {
  return count < 2 ? 0 : Math.sqrt(m2 / (count - 1));
}
