import type { Cancel, Clock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import type { StoreHealth } from './health.ts';
import {
  type Argument,
  type Operation,
  type Recovery,
  type Result,
  type StoredRow,
  UNKNOWN_RUN,
  type Usage,
  type WorkerOptions,
} from './protocol.ts';
import { type StoreError, WorkerClient } from './worker-client.ts';

interface Options extends Omit<WorkerOptions, 'maxBytes'> {
  maxBytes?: number;
  commitEveryMs: number;
  clock: Clock;
  /** Hears of a broken database that was set aside: at the opening, or later. */
  onRecovered?: (recovery: Recovery) => void;
}

const DEFAULT_MAX_BYTES = 512 * 2 ** 20;
/** More than a day of ten sensors at 10 s: beyond it the oldest rows that wait are given up, and counted. */
const MAX_PENDING_ROWS = 100_000;
/** What has gathered while a disk was away is written in parts: the log of a small database has no room for all. */
const ROWS_A_COMMIT = 10_000;

/**
 * Readings on disk. Rows gather in memory and are written in one transaction per batch: what decides the wear of a
 * card is rows per commit. No row waits longer than `commitEveryMs`.
 */
export class Store {
  readonly #worker: WorkerClient;
  readonly #clock: Clock;
  readonly #commitEveryMs: number;
  readonly #maxBytes: number;
  #pending: StoredRow[] = [];
  #again: StoredRow[] = [];
  #committing: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #lastCommitAt: number | null = null;
  #lastError: string | null = null;
  #dropped = 0;
  #usage: Usage | undefined;
  #makeRoom: (() => Promise<void>) | undefined;
  #recovered: Recovery | null = null;
  #awaitsRun = false;

  private constructor({ clock, commitEveryMs, onRecovered, maxBytes = DEFAULT_MAX_BYTES, ...options }: Options) {
    const { file, windowMs } = options;
    this.#worker = new WorkerClient({ file, windowMs, maxBytes });
    this.#worker.onRecovered = (recovery) => {
      this.#recovered = recovery;
      onRecovered?.(recovery);
    };
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#commitEveryMs = commitEveryMs;
  }

  /**
   * Opens or makes the database. Rejects with StartError when it is not ours to use. Where the disk is at fault, the
   * store is there all the same: it fails, and is well again when the disk is.
   */
  static async open(options: Options): Promise<Store> {
    const store = new Store(options);
    try {
      store.#usage = await store.#worker.ask('commit', { rows: [], again: false });
      await store.#worker.ask('probe', {}); // a file of a read-only disk can be opened, and nothing was written yet
    } catch (error) {
      const { message, refused } = error as StoreError;
      if (refused !== false) {
        await store.#worker.close();
        throw new StartError(message, 1, { cause: error });
      }
      store.#lastError = message;
    }
    return store;
  }

  append(rows: readonly StoredRow[]): void {
    this.#pending.push(...rows);
    this.#awaitsRun ||= rows.some(({ run }) => run === UNKNOWN_RUN);
    const excess = this.#pending.length + this.#again.length - MAX_PENDING_ROWS;
    if (excess > 0) {
      this.#pending.splice(0, excess);
      this.#dropped += excess;
    }
    this.#commitLater();
  }

  /** Rows that were taken before their run had its number get it now; until then nothing is written. */
  adopt(run: number): void {
    for (const row of this.#pending) if (row.run === UNKNOWN_RUN) row.run = run;
    this.#awaitsRun = false;
  }

  /** A round is complete: commit it now, unless the last commit is younger than the batch may be old. */
  settle(): void {
    if (this.#clock.monotonic() - this.#lastCommit >= this.#commitEveryMs) void this.flush();
  }

  /** Resolves when everything that was appended before has been tried; {@link health} tells with what success. */
  async flush(): Promise<void> {
    while (this.#committing) await this.#committing;
    this.#committing = this.#commit().finally(() => {
      this.#committing = undefined;
    });
    await this.#committing;
  }

  /** What a commit calls that finds the database full, before it tries once more. */
  whenFull(makeRoom: () => Promise<void>): void {
    this.#makeRoom = makeRoom;
  }

  /** Anything else that the database's thread can do. Rejects with StoreError. */
  ask<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    return this.#worker.ask(operation, argument);
  }

  /** Looks whether the disk would take a row, unless a commit has tried in the last `quietMs`. */
  async probe(quietMs: number): Promise<void> {
    if (this.#clock.monotonic() - this.#lastCommit < quietMs || this.#again.length > 0) return;
    try {
      await this.#worker.ask('probe', {});
      this.#lastError = null;
    } catch (error) {
      this.#lastError = (error as Error).message;
    }
  }

  health(): StoreHealth {
    return {
      status: this.#lastError === null ? 'ok' : 'failing',
      lastError: this.#lastError,
      pendingRows: this.#pending.length + this.#again.length,
      droppedRows: this.#dropped,
      lastCommitAt: this.#lastCommitAt,
      sizeBytes: this.#usage?.sizeBytes ?? null,
      usedBytes: this.#usage?.usedBytes ?? null,
      maxBytes: this.#maxBytes,
      droppedReadings: this.#usage?.droppedReadings ?? 0,
      recovered: this.#recovered,
    };
  }

  async close(): Promise<void> {
    await this.flush();
    this.#cancelTimer?.();
    await this.#worker.close();
  }

  async #commit(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#awaitsRun) return this.#commitLater();
    if (this.#again.length > 0) await this.#write(this.#again, true);
    // What comes while this is written waits for its own commit: more commits than are asked for wear the card.
    let left = this.#pending.length;
    while (left > 0 && this.#again.length === 0) {
      const batch = this.#pending.splice(0, Math.min(left, ROWS_A_COMMIT));
      left -= ROWS_A_COMMIT;
      await this.#write(batch, false);
    }
  }

  async #write(batch: StoredRow[], again: boolean): Promise<void> {
    this.#lastCommit = this.#clock.monotonic();
    try {
      this.#usage = await this.#commitWithRoom({ rows: batch, again });
      this.#again = [];
      this.#lastCommitAt = this.#clock.now();
      this.#lastError = null;
    } catch (error) {
      this.#again = batch;
      this.#lastError = (error as Error).message;
      this.#commitLater();
    }
  }

  #commitLater(): void {
    this.#cancelTimer ??= this.#clock.after(this.#commitEveryMs, () => void this.flush());
  }

  async #commitWithRoom(batch: Argument<'commit'>): Promise<Usage> {
    try {
      return await this.#worker.ask('commit', batch);
    } catch (error) {
      if ((error as StoreError).code !== 'SQLITE_FULL' || this.#makeRoom === undefined) throw error;
      await this.#makeRoom();
      return await this.#worker.ask('commit', batch);
    }
  }
}
