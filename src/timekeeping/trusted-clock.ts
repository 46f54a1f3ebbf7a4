import type { Cancel, Clock } from '../clock.ts';

/**
 * The clock of the server. A Pi has no battery clock: until the first synchronisation after its start this one runs on
 * from a guess, evenly, whatever the wall clock does meanwhile. From then on it is the wall clock.
 */
export class TrustedClock implements Clock {
  readonly #system: Clock;
  #offset: number;
  #trustedSince: number | null = null;

  constructor(system: Clock) {
    this.#system = system;
    this.#offset = system.now() - system.monotonic();
  }

  /** The guess of the run: wall time less monotonic time, in milliseconds. */
  get offset(): number {
    return Math.round(this.#offset);
  }

  get trusted(): boolean {
    return this.#trustedSince !== null;
  }

  /** Whether a reading that was begun at this monotonic instant has a time to be trusted. */
  trustedAt(monotonic: number): boolean {
    return this.#trustedSince !== null && monotonic >= this.#trustedSince;
  }

  /** Takes the guess of the run: wall time less monotonic time, in milliseconds. */
  guess(offset: number): void {
    this.#offset = offset;
  }

  /** The wall clock is right from now on. Answers the true offset. */
  trust(): number {
    this.#trustedSince = this.#system.monotonic();
    return Math.round(this.#system.now() - this.#trustedSince);
  }

  now(): number {
    return this.trusted ? this.#system.now() : Math.round(this.#system.monotonic() + this.#offset);
  }

  monotonic(): number {
    return this.#system.monotonic();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#system.after(delayMs, run);
  }
}
