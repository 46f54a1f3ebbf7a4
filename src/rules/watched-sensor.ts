import type { Cancel, Clock } from '../clock.ts';
import type { Reading } from '../sensors/sensor.ts';
import { isStale } from '../sensors/staleness.ts';

interface Options {
  clock: Clock;
  /** Seconds without a good reading after which the sensor is silent. */
  limitS: number;
  /** Called when it has become silent, and again each time that it has been silent for as long once more. */
  onSilence: () => void;
}

/** What rules know of a sensor: its last good value, and whether it is silent. */
export class WatchedSensor {
  /** The last good one. */
  value: number | null = null;
  readonly #options: Options;
  /** Monotonic time of the last good reading; of the start while there was none. */
  #goodSince: number;
  #cancel: Cancel = () => {};

  constructor(options: Options) {
    this.#options = options;
    this.#goodSince = options.clock.monotonic();
    this.#look();
  }

  get isSilent(): boolean {
    return isStale(this.#silentMs(), this.#options.limitS);
  }

  /** Answers the value that is to be decided on; null where the reading says nothing about now. */
  take({ quality, value, monotonic }: Reading): number | null {
    const { clock, limitS } = this.#options;
    // Behind a newer one, or so long on its way that it is as old as silence.
    const isLate = monotonic < this.#goodSince || isStale(clock.monotonic() - monotonic, limitS);
    if (quality !== 'good' || value === null || isLate) return null;
    this.#goodSince = monotonic;
    this.value = value;
    return value;
  }

  stop(): void {
    this.#cancel();
  }

  /** One timer: it looks when the last good reading that it knew of would be too old. */
  #look(): void {
    const { clock, limitS, onSilence } = this.#options;
    const limitMs = limitS * 1000;
    const { isSilent } = this;
    if (isSilent) onSilence();
    this.#cancel = clock.after(isSilent ? limitMs : limitMs - this.#silentMs(), () => this.#look());
  }

  #silentMs(): number {
    return this.#options.clock.monotonic() - this.#goodSince;
  }
}
