import type { Clock } from '../clock.ts';
import { isDiskFault } from './fault.ts';
import type { Writing } from './protocol.ts';
import type { StoreError, WorkerClient } from './worker-client.ts';

interface Options {
  worker: Pick<WorkerClient, 'ask'>;
  clock: Pick<Clock, 'monotonic'>;
  /** How old readings may be that are not written yet. */
  commitEveryMs: number;
}

/** A look writes nothing. */
export const LOOK_EVERY_MS = 4000;
/**
 * A disk that fails is to be seen within this time, also where a reading comes once an hour; later only where readings may
 * wait longer, which somebody has chosen to spare the card.
 */
const SEEN_WITHIN_MS = 10_000;
/** Every second look writes then, the first one behind the last commit at the latest within two looks. */
const QUIET_MS = LOOK_EVERY_MS + 1000;

/** How the disk does, as the last one saw it who wanted something of it. */
export class DiskWatch {
  #fault: string | null = null;
  /** The database met it: a block in another file says nothing about that. */
  #inDatabase = false;
  readonly #options: Options;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #lastWrite = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Why nothing can be written; null where all is well. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Readings are being written: there is no need to write in order to look. */
  writes(): void {
    this.#lastCommit = this.#options.clock.monotonic();
    this.#lastWrite = this.#lastCommit;
  }

  /** A question failed. What is no fault of the disk says nothing about it. */
  failed(error: unknown): void {
    const { code, message } = error as StoreError;
    if (isDiskFault(code)) this.refused(message);
  }

  /** The database did not take rows, or cannot be had at all. */
  refused(why: string): void {
    this.#fault = why;
    this.#inDatabase = true;
  }

  /** Rows were taken, by the database or by the log beside it. */
  took({ inDatabase }: { inDatabase: boolean }): void {
    if (inDatabase || !this.#inDatabase) this.#fault = null;
  }

  /**
   * Looks at the disk; writes to it as well where the last time failed, or commits, which come `apartMs` apart, do not
   * show in time what becomes of it. Without sensors none comes.
   */
  async look(apartMs: number): Promise<void> {
    const { worker, clock } = this.#options;
    const now = clock.monotonic();
    const write = this.#toWrite(now, apartMs);
    if (write !== 'nothing') this.#lastWrite = now;
    const before = this.#fault;
    try {
      await worker.ask('probe', { write });
      // What failed meanwhile is not answered by this.
      if (write !== 'nothing' && this.#fault === before) this.#fault = null;
    } catch (error) {
      this.#inDatabase = write === 'row';
      this.#fault = (error as Error).message;
    }
  }

  #toWrite(now: number, apartMs: number): Writing {
    if (this.#fault !== null) return this.#inDatabase ? 'row' : 'block';
    const withinMs = Math.max(SEEN_WITHIN_MS, this.#options.commitEveryMs);
    const shown = apartMs <= withinMs && now - this.#lastCommit < withinMs + LOOK_EVERY_MS;
    return !shown && now - this.#lastWrite >= QUIET_MS ? 'block' : 'nothing';
  }
}
