import type { Cancel, Clock } from '../../src/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A Monday morning in a greenhouse. */
export const FAKE_START_MS = Date.parse('2026-11-23T10:00:00.000Z');

/** A clock whose hands a test turns. Nothing happens by itself. */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #timers: Timer[] = [];

  constructor(startMs: number = FAKE_START_MS) {
    this.#wallMs = startMs;
  }

  /** Whole milliseconds, as the system tells them. */
  now(): number {
    return Math.floor(this.#wallMs);
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not fired yet. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets time pass. Each timer runs at its own instant, and what it sets off in memory is over before the next one. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await settled();
    for (let timer = this.#takeDue(endMs); timer !== undefined; timer = this.#takeDue(endMs)) {
      this.#pass(Math.max(0, timer.dueMs - this.#monotonicMs));
      timer.run();
      await settled();
    }
    this.#pass(endMs - this.#monotonicMs);
  }

  /** The machine stalls: time passes, and the timers that were due run only at the end of it. */
  async stall(ms: number): Promise<void> {
    this.#pass(ms);
    await this.advance(0);
  }

  /** Somebody sets the wall clock. No time passes. */
  step(ms: number): void {
    this.#wallMs += ms;
  }

  #takeDue(endMs: number): Timer | undefined {
    const first = this.#timers.reduce<Timer | undefined>(
      (earliest, timer) => (earliest !== undefined && earliest.dueMs <= timer.dueMs ? earliest : timer),
      undefined,
    );
    if (first === undefined || first.dueMs > endMs) return undefined;
    this.#timers = this.#timers.filter((timer) => timer !== first);
    return first;
  }

  #pass(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }
}

/** Resolves when every promise that waits for nothing outside of memory has gone as far as it can. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
