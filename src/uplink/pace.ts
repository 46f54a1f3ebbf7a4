import type { Cancel, Clock } from '../clock.ts';
import type { Lane } from './outbox.ts';

/** At most two requests begin in a second, both lanes taken together. */
export const GAP_MS = 500;

/** Gives the lanes their turns. Whoever asks while both wait: alerts go first. */
export class Pace {
  readonly #clock: Clock;
  readonly #waiting = new Map<Lane, (mayGo: boolean) => void>();
  #lastTurn = Number.NEGATIVE_INFINITY;
  #cancelTimer: Cancel | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with true when the lane may begin a request now, with false when there will be no more. */
  turn(lane: Lane): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting.set(lane, resolve);
      if (this.#cancelTimer === undefined) this.#give();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const answer of this.#waiting.values()) answer(false);
    this.#waiting.clear();
  }

  #give(): void {
    this.#cancelTimer = undefined;
    const lane = this.#waiting.has('alert') ? 'alert' : 'summary';
    const answer = this.#waiting.get(lane);
    if (answer === undefined) return;
    const now = this.#clock.monotonic();
    if (now - this.#lastTurn >= GAP_MS) {
      this.#lastTurn = now;
      this.#waiting.delete(lane);
      answer(true);
    }
    if (this.#waiting.size === 0) return;
    // Node's timers may fire a fraction of a millisecond early: then it is looked at once more.
    this.#cancelTimer = this.#clock.after(Math.max(1, this.#lastTurn + GAP_MS - now), () => this.#give());
  }
}
