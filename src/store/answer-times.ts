import type { Cancel, Clock } from '../clock.ts';

/** A caller is told after this time that the disk takes too long: most clients wait for two seconds or more. */
export const PATIENCE_MS = 1500;
/** What takes longer shows in the health. */
const SLOW_MS = 2000;
/** A disk that stalls again and again is not well in between. */
const REMEMBERED_MS = 10_000;

/** How long the database's thread takes to answer. It answers in the order in which it is asked. */
export class AnswerTimes {
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  /** When each question that waits was asked, the oldest first. */
  #asked: number[] = [];
  #lastSlow = { at: Number.NEGATIVE_INFINITY, tookMs: 0 };

  constructor(clock: Pick<Clock, 'monotonic' | 'after'>) {
    this.#clock = clock;
  }

  /** How long the oldest question has waited, in milliseconds; 0 where none waits. */
  get waitingMs(): number {
    const [oldest] = this.#asked;
    return oldest === undefined ? 0 : this.#clock.monotonic() - oldest;
  }

  /** True while the disk holds up whoever asks. */
  get isStalled(): boolean {
    return this.waitingMs >= PATIENCE_MS;
  }

  /** Rejects where the disk holds an answer up; what else it waits for, as a receiver, is not counted. */
  orStalled<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let cancel: Cancel = () => {};
      const look = () => {
        if (this.isStalled) reject(Object.assign(new Error('the disk takes too long'), { code: 'STALLED' }));
        else cancel = this.#clock.after(PATIENCE_MS - this.waitingMs, look);
      };
      look();
      answer.then(resolve, reject).finally(() => cancel());
    });
  }

  /** Why the disk is not well, as a phrase; null where it answers in time. */
  get fault(): string | null {
    const { waitingMs } = this;
    if (waitingMs > SLOW_MS) return `the disk has not answered for ${seconds(waitingMs)}`;
    const { at, tookMs } = this.#lastSlow;
    return this.#clock.monotonic() - at < REMEMBERED_MS ? `the disk took ${seconds(tookMs)} to answer` : null;
  }

  asks(): void {
    this.#asked.push(this.#clock.monotonic());
  }

  answered(): void {
    const tookMs = this.waitingMs;
    this.#asked.shift();
    if (tookMs > SLOW_MS) this.#lastSlow = { at: this.#clock.monotonic(), tookMs };
  }

  /** Nobody answers any more what was asked. */
  forget(): void {
    this.#asked = [];
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
