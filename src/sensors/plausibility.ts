import type { Quality } from '../../schemas/sensors.ts';
import type { Reading, Sensor } from './sensor.ts';
import { isStale } from './staleness.ts';

/** What is plausible of a sensor's values. */
export type Limits = Pick<
  Sensor,
  'unit' | 'min' | 'max' | 'maxStepPerS' | 'stuckAfterS' | 'powerOnValue' | 'staleAfterS'
>;

/** A value and when it was measured, in milliseconds of the clock that never jumps. */
export interface Sample {
  readonly value: number;
  readonly monotonic: number;
}

/** What a sensor's earlier values say about its next one. */
export interface Memory {
  /** The last good value. */
  readonly good: Sample | null;
  /** The last value, good or not, and the first time that it was the same. */
  readonly held: Sample | null;
}

export type Judged = Pick<Reading, 'value' | 'quality' | 'reason'>;

export const NO_MEMORY: Memory = { good: null, held: null };

/** A power-on value is believed next to a good one that was measured so near to it. */
const NEIGHBOUR = 5;

/**
 * Judges a value by the limits of its sensor and by what the sensor said before. A value that is not plausible is kept
 * and marked: it never counts as good. What is infinite or no number at all has no place on disk or in JSON: it is a
 * failed reading.
 */
export function judge(sample: Sample, limits: Limits, before: Memory): { judged: Judged; memory: Memory } {
  const { value } = sample;
  if (!Number.isFinite(value)) {
    return { judged: { value: null, quality: 'failed', reason: `the sensor gave ${value}` }, memory: before };
  }
  const held = before.held?.value === value ? before.held : newer(sample, before.held);
  const memory = { good: before.good, held };
  for (const [quality, objection] of OBJECTIONS) {
    const reason = objection(sample, limits, memory);
    if (reason !== null) return { judged: { value, quality, reason }, memory };
  }
  return { judged: { value, quality: 'good', reason: null }, memory: { good: newer(sample, before.good), held } };
}

/** Judges the values of one sensor as they come. */
export class Plausibility {
  readonly #limits: Limits;
  #memory = NO_MEMORY;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  judge(sample: Sample): Judged {
    const { judged, memory } = judge(sample, this.#limits, this.#memory);
    this.#memory = memory;
    return judged;
  }
}

type Objection = (sample: Sample, limits: Limits, memory: Memory) => string | null;

/** The most telling one first. */
const OBJECTIONS: readonly (readonly [Exclude<Quality, 'good' | 'failed' | 'none'>, Objection])[] = [
  ['power_on_value', asAfterPowerOn],
  ['out_of_range', outside],
  ['too_fast', tooFar],
  ['stuck', tooLongTheSame],
];

/** A real value like it follows other real ones: it is no surprise next to a fresh good value. */
function asAfterPowerOn({ value, monotonic }: Sample, limits: Limits, { good }: Memory): string | null {
  if (value !== limits.powerOnValue) return null;
  const isNear =
    good !== null &&
    Math.abs(good.value - value) <= NEIGHBOUR &&
    !isStale(Math.max(0, monotonic - good.monotonic), limits.staleAfterS);
  return isNear ? null : `${text(value, limits)} is what the sensor says after power-on, before it has measured`;
}

function outside({ value }: Sample, limits: Limits): string | null {
  const { min, max } = limits;
  if (min !== null && value < min) return `${text(value, limits)} is below the minimum of ${text(min, limits)}`;
  if (max !== null && value > max) return `${text(value, limits)} is above the maximum of ${text(max, limits)}`;
  return null;
}

/** What is allowed grows with the time since the last good value: a level that is real is believed in the end. */
function tooFar({ value, monotonic }: Sample, limits: Limits, { good }: Memory): string | null {
  const { maxStepPerS } = limits;
  if (maxStepPerS === null || good === null) return null;
  const step = Math.abs(value - good.value);
  const elapsedS = secondsBetween(good.monotonic, monotonic);
  // Binary arithmetic may put a step that is just allowed a hair above it.
  if (step <= maxStepPerS * elapsedS * (1 + 1e-9)) return null;
  const [from, to, most] = [good.value, value, maxStepPerS].map((number) => text(number, limits));
  return `from ${from} to ${to} within ${Math.round(elapsedS * 10) / 10} s is faster than ${most} a second`;
}

function tooLongTheSame({ value, monotonic }: Sample, limits: Limits, { held }: Memory): string | null {
  const { stuckAfterS } = limits;
  if (stuckAfterS === null || held === null) return null;
  if (secondsBetween(held.monotonic, monotonic) < stuckAfterS) return null;
  return `${text(value, limits)} has not changed for ${stuckAfterS} s or longer`;
}

/** An edge is there at once, a slow reading has the time of its round: the later one may be the older one. */
function newer(sample: Sample, other: Sample | null): Sample {
  return other !== null && other.monotonic > sample.monotonic ? other : sample;
}

const secondsBetween = (from: number, to: number): number => Math.max(0, to - from) / 1000;

const text = (value: number, { unit }: Limits): string => (unit === null ? `${value}` : `${value} ${unit}`);
