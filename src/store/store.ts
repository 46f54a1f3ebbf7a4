import type { Cancel, Clock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import type { Argument, Operation, Result, StoredRow, Usage, WorkerOptions } from './protocol.ts';
import { type StoreError, WorkerClient } from './worker-client.ts';

export interface StoreHealth {
  status: 'ok' | 'failing';
  lastError: string | null;
  pendingRows: number;
  droppedRows: number;
  lastCommitAt: number | null;
  sizeBytes: number | null;
  usedBytes: number | null;
  maxBytes: number;
  /** Readings that were on disk, had to make room, and were not sent before. */
  droppedReadings: number;
}

interface Options extends Omit<WorkerOptions, 'maxBytes'> {
  maxBytes?: number;
  commitEveryMs: number;
  clock: Clock;
}

const DEFAULT_MAX_BYTES = 512 * 2 ** 20;
/** More than a day of ten sensors at 10 s: beyond it the oldest rows that wait are given up, and counted. */
const MAX_PENDING_ROWS = 100_000;

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

  private constructor({ file, clock, commitEveryMs, windowMs, maxBytes = DEFAULT_MAX_BYTES }: Options) {
    this.#worker = new WorkerClient({ file, windowMs, maxBytes });
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#commitEveryMs = commitEveryMs;
  }

  /** Opens or makes the database. Rejects with StartError when it cannot be used. */
  static async open(options: Options): Promise<Store> {
    const store = new Store(options);
    try {
      store.#usage = await store.#worker.ask('commit', { rows: [], again: false });
    } catch (error) {
      throw new StartError((error as Error).message, 1, { cause: error });
    }
    return store;
  }

  append(rows: readonly StoredRow[]): void {
    this.#pending.push(...rows);
    const excess = this.#pending.length + this.#again.length - MAX_PENDING_ROWS;
    if (excess > 0) {
      this.#pending.splice(0, excess);
      this.#dropped += excess;
    }
    this.#cancelTimer ??= this.#clock.after(this.#commitEveryMs, () => void this.flush());
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
    if (this.#again.length > 0) await this.#write(this.#again, true);
    if (this.#again.length > 0 || this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    await this.#write(batch, false);
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
      this.#cancelTimer ??= this.#clock.after(this.#commitEveryMs, () => void this.flush());
    }
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
