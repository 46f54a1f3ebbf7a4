import type { SensorConfig } from '../../schemas/sensor-config.ts';
import type { Quality } from '../../schemas/sensors.ts';

/** One value of one sensor at one instant: what travels through every station. */
export interface Reading {
  readonly sensor: string;
  /** When the reading was begun: wall time in milliseconds since 1970. */
  readonly at: number;
  /** The same instant on the clock that never jumps, in milliseconds. */
  readonly monotonic: number;
  /** In the sensor's unit; null when there is no number. */
  readonly value: number | null;
  readonly quality: Exclude<Quality, 'none'>;
  /** Why the quality is not `good`, for a person. */
  readonly reason: string | null;
  readonly simulated: boolean;
}

/** Where the numbers of a sensor come from. It knows its device and nothing of time, limits or what becomes of the value. */
export interface Source {
  readonly unit: string | null;
  /** Where it reads, for a person. */
  readonly source: string;
  /** Sensors with the same bus are read one after the other: their wire or kernel driver serves one at a time. */
  readonly bus: string;
  /** Rejects with {@link SensorError} when there is no number to be had. */
  read(): Promise<number>;
  /** Calls the listener with each change between readings; only sensors that notice changes by themselves have it. */
  onChange?(listener: (value: number) => void): void;
}

/** A source with its name, and with what is plausible of its values. */
export interface Sensor extends Source {
  readonly id: string;
  readonly kind: SensorConfig['kind'];
  readonly min: number | null;
  readonly max: number | null;
  /** Largest plausible change in a second. */
  readonly maxStepPerS: number | null;
  /** Seconds after which the very same value means that the sensor is stuck. */
  readonly stuckAfterS: number | null;
  /** What the device says before it has measured, where there is such a value. */
  readonly powerOnValue: number | null;
  /** Seconds without a good reading after which the value is stale. */
  readonly staleAfterS: number;
  readonly simulated: boolean;
}

/** The sensor gave no number. The message says why, for a person. */
export class SensorError extends Error {
  override name = 'SensorError';
}
