import type { Cancel, Clock } from '../clock.ts';
import type { Reading } from '../sensors/sensor.ts';

interface Options {
  clock: Clock;
  /** Time without a good reading after which the sensor is silent. */
  limitMs: number;
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
    return this.#silentMs() >= this.#options.limitMs;
  }

  /** Answers the value that is to be decided on; null where the reading says nothing about now. */
  take({ quality, value, monotonic }: Reading): number | null {
    const { clock, limitMs } = this.#options;
    // Behind a newer one, or so long on its way that it is as old as silence.
    const isLate = monotonic < this.#goodSince || clock.monotonic() - monotonic >= limitMs;
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
    const { clock, limitMs, onSilence } = this.#options;
    const leftMs = limitMs - this.#silentMs();
    if (leftMs <= 0) onSilence();
    this.#cancel = clock.after(leftMs > 0 ? leftMs : limitMs, () => this.#look());
  }

  #silentMs(): number {
    return this.#options.clock.monotonic() - this.#goodSince;
  }
}
