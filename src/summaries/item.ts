import { toTimestamp } from '../clock.ts';
import { type Statistics, stdev } from './statistics.ts';
import { HOUR_MS, type Window } from './window.ts';

/** What an item is about. Its id is derived from this alone: whoever makes it again makes the same id. */
export interface Subject {
  device: string;
  sensor: string;
  unit: string | null;
}

/** Where 5-minute windows were merged, the id says so: the hour must not replace the first window in it. */
export function summaryId({ device, sensor }: Subject, { start, sizeMs }: Window, revision: number): string {
  const merged = sizeMs === HOUR_MS ? `+${HOUR_MS / 1000}s` : '';
  return `${device}/${sensor}/${toTimestamp(start)}${merged}/${revision}`;
}

/** The item as it goes upstream. */
export function summaryItem(subject: Subject, window: Window, revision: number, values: Statistics): object {
  return {
    id: summaryId(subject, window, revision),
    kind: 'summary',
    sensor: subject.sensor,
    unit: subject.unit,
    window_start: toTimestamp(window.start),
    window_s: window.sizeMs / 1000,
    revision,
    ...published(values),
  };
}

/** The members that the chapter names, without the digits that binary arithmetic adds. */
export function published(values: Statistics) {
  return {
    mean: exact(values.mean),
    min: exact(values.min),
    max: exact(values.max),
    stdev: exact(stdev(values)),
    count: values.count,
    period_start: toTimestamp(values.first),
    period_end: toTimestamp(values.last),
  };
}

export interface Gap {
  sensor: string;
  from: number;
  to: number;
  count: number;
  /** A few words for a person. */
  reason: string;
}

/**
 * Says upstream what will never come. `total` is how many readings of the sensor were ever lost, these included: the
 * clock may step back, and two gaps have the same times and count.
 */
export function gapItem(device: string, { sensor, from, to, count, reason }: Gap, total = count): { id: string } {
  return {
    id: `${device}/gap/${sensor}/${toTimestamp(from)}/${toTimestamp(to)}/${total}`,
    ...{ kind: 'gap', sensor, from: toTimestamp(from), to: toTimestamp(to), count, reason },
  };
}

function exact(value: number): number {
  return Number(value.toPrecision(12));
}
