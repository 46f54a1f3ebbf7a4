import { stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { SensorError } from './sensor.ts';

/**
 * Notices a file that nobody writes any more. Its time of change is compared with the wall clock, and with the clock that
 * never jumps since it was first seen: on a Pi that starts in the past, an old file may be dated ahead.
 */
export class FileAge {
  readonly #path: string;
  readonly #maxAgeS: number;
  readonly #clock: Clock;
  #modifiedAt: number | undefined;
  #seenAt = 0;

  constructor(path: string, maxAgeS: number, clock: Clock) {
    this.#path = path;
    this.#maxAgeS = maxAgeS;
    this.#clock = clock;
  }

  /** Rejects with SensorError where the file is older than it may be. One that is not there is left to its reader. */
  async check(): Promise<void> {
    const modifiedAt = await stat(this.#path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (modifiedAt === undefined) return;
    if (modifiedAt !== this.#modifiedAt) this.#seenAt = this.#clock.monotonic();
    this.#modifiedAt = modifiedAt;
    const ageMs = Math.max(this.#clock.now() - modifiedAt, this.#clock.monotonic() - this.#seenAt);
    if (ageMs <= this.#maxAgeS * 1000) return;
    throw new SensorError(
      `${this.#path} was written ${Math.round(ageMs / 1000)} s ago, and max_age_s is ${this.#maxAgeS}: has its writer stopped?`,
    );
  }
}
