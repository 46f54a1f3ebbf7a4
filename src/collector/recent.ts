import type { Reading as ReadingRow } from '../../schemas/readings.ts';
import { toTimestamp } from '../clock.ts';
import { onOff } from '../outputs/state.ts';
import type { Reading } from '../sensors/sensor.ts';
import type { Tick } from './collector.ts';

/** What is known of one instant: the good values by sensor, the states by output. */
export interface Snapshot {
  at: number;
  values: Readonly<Record<string, number | null>>;
  outputs: Readonly<Record<string, boolean>>;
  simulated: boolean;
}

/** Answers that are kept between two rounds: clients that ask again and again ask for the same few lengths. */
const ANSWERS_KEPT = 4;

/**
 * The latest snapshots, oldest first; older ones make room. A row is written as JSON once, when it comes, and an answer
 * is put together once for all who ask for it before the next row.
 */
export class RecentReadings {
  readonly #rows: string[] = [];
  readonly #answers = new Map<number, Buffer>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#rows.length;
  }

  push(snapshot: Snapshot): void {
    this.#rows.push(JSON.stringify(toRow(snapshot)));
    if (this.#rows.length > this.#capacity) this.#rows.shift();
    this.#answers.clear();
  }

  /** The newest rows, as the bytes of a `ReadingList`. */
  last(count: number): Buffer {
    const known = this.#answers.get(count);
    if (known !== undefined) return known;
    const rows = this.#rows.slice(-count);
    const answer = Buffer.from(`{"count":${rows.length},"readings":[${rows.join(',')}]}`);
    if (this.#answers.size >= ANSWERS_KEPT) this.#answers.clear();
    this.#answers.set(count, answer);
    return answer;
  }
}

/** The good values of a round, by sensor; null for those that failed or did not answer in time. */
export function valuesOf({ readings }: Tick, sensorIds: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(sensorIds.map((id) => [id, goodValue(readings.get(id))]));
}

function goodValue(reading: Reading | undefined): number | null {
  return reading?.quality === 'good' ? reading.value : null;
}

function toRow({ at, values, outputs, simulated }: Snapshot): ReadingRow {
  const button = values.button ?? null;
  return {
    cpu_temp_c: values.cpu_temp_c ?? null,
    led_state: onOff(outputs.led),
    button_pressed: button === null ? null : button !== 0,
    timestamp: toTimestamp(at),
    simulated,
    sensors: values,
  };
}
