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

/** The latest snapshots, oldest first, in the form in which they are answered. Older ones make room. */
export class RecentReadings {
  readonly #rows: ReadingRow[] = [];
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#rows.length;
  }

  push(snapshot: Snapshot): void {
    this.#rows.push(toRow(snapshot));
    if (this.#rows.length > this.#capacity) this.#rows.shift();
  }

  last(count: number): ReadingRow[] {
    return this.#rows.slice(-count);
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
