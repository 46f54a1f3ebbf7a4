import type { Cancel, Clock } from '../clock.ts';

/** After it no timestamp has the form that everybody reads (RFC 3339 has four digits for the year). */
export const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

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
    this.#offset = (this.isPossible ? system.now() : 0) - system.monotonic();
  }

  /** The guess of the run: wall time less monotonic time, in milliseconds. */
  get offset(): number {
    return Math.round(this.#offset);
  }

  get trusted(): boolean {
    return this.#trustedSince !== null;
  }

  /** Whether the wall clock shows a time that can be written down. */
  get isPossible(): boolean {
    return this.#system.now() <= LATEST_MS;
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
    this.#offset = this.#system.now() - this.#trustedSince;
    return this.offset;
  }

  now(): number {
    return this.trusted && this.isPossible ? this.#system.now() : Math.round(this.#system.monotonic() + this.#offset);
  }

  monotonic(): number {
    return this.#system.monotonic();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#system.after(delayMs, run);
  }
}
