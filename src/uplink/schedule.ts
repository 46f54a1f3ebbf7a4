import type { Clock } from '../clock.ts';
import { waitMs } from './backoff.ts';

/** A wait is cut short at most this often: no storm of alerts becomes a storm of requests. */
const HURRY_GAP_MS = 5000;
/** How often an idle lane looks for items that nobody announced. */
const LOOK_EVERY_MS = 60_000;

/** A receiver that refuses is there: no reason to ask it every second. A new item ends the wait. */
const FIRST_ATTEMPT_REFUSED = 5;

const NEVER = Number.NEGATIVE_INFINITY;

/** When one lane tries next, in monotonic time. */
export class Schedule {
  /** Monotonic time of the first of the failures in a row; null while the lane gets through. */
  failingSince: number | null = null;

  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #gatherMs: number;
  #attempt = 0;
  #dueAt = NEVER;
  #retryAfterUntil = NEVER;
  #hurriedAt = NEVER;
  #sentAt = NEVER;
  #gatherUntil = NEVER;

  /** `gatherMs`: for how long a lane that has sent all it had lets new items gather. */
  constructor(clock: Clock, random: () => number, gatherMs = 0) {
    this.#clock = clock;
    this.#random = random;
    this.#gatherMs = gatherMs;
  }

  get nextAt(): number {
    return Math.max(this.#dueAt, this.#retryAfterUntil, this.#gatherUntil);
  }

  gotThrough(): void {
    this.#isWell();
    this.#sentAt = this.#dueAt;
  }

  /** At once, as far as it may: the answer was about the batch, and the next one is another. */
  goOn(): void {
    this.#dueAt = this.#clock.monotonic();
  }

  nothingToDo(): void {
    this.#isWell();
    this.#dueAt += LOOK_EVERY_MS;
    this.#gatherUntil = this.#sentAt + this.#gatherMs;
  }

  #isWell(): void {
    this.failingSince = null;
    this.#attempt = 0;
    this.#dueAt = this.#clock.monotonic();
  }

  failed(retryAfterMs?: number): void {
    const now = this.#clock.monotonic();
    this.failingSince ??= now;
    this.#dueAt = now + waitMs({ attempt: this.#attempt, retryAfterMs }, this.#random);
    this.#attempt += 1;
    if (retryAfterMs !== undefined) this.#retryAfterUntil = now + retryAfterMs;
  }

  /** Everything was refused. */
  refused(retryAfterMs?: number): void {
    this.#attempt = Math.max(this.#attempt, FIRST_ATTEMPT_REFUSED);
    this.failed(retryAfterMs);
  }

  /** Ends a wait, unless the receiver asked for it. */
  hurry(): void {
    const now = this.#clock.monotonic();
    if (this.failingSince === null) {
      this.#dueAt = Math.min(this.#dueAt, now);
      return;
    }
    const at = Math.max(now, this.#hurriedAt + HURRY_GAP_MS);
    if (at >= this.#dueAt) return;
    this.#dueAt = this.#hurriedAt = at;
  }

  /** Ends every wait, and begins the next series of them small. */
  forget(): void {
    this.#attempt = 0;
    this.#retryAfterUntil = this.#hurriedAt = this.#gatherUntil = NEVER;
    this.hurry();
  }
}
