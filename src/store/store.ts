import type { Cancel, Clock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import type { Argument, Operation, Result, StoredRow, WorkerOptions } from './protocol.ts';
import { WorkerClient } from './worker-client.ts';

export interface StoreHealth {
  status: 'ok' | 'failing';
  lastError: string | null;
  pendingRows: number;
  droppedRows: number;
  lastCommitAt: number | null;
  sizeBytes: number | null;
}

interface Options extends WorkerOptions {
  commitEveryMs: number;
  clock: Clock;
}

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
  #pending: StoredRow[] = [];
  #again: StoredRow[] = [];
  #committing: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #lastCommitAt: number | null = null;
  #lastError: string | null = null;
  #dropped = 0;
  #sizeBytes: number | null = null;

  private constructor({ file, clock, commitEveryMs, windowMs }: Options) {
    this.#worker = new WorkerClient({ file, windowMs });
    this.#clock = clock;
    this.#commitEveryMs = commitEveryMs;
  }

  /** Opens or makes the database. Rejects with StartError when it cannot be used. */
  static async open(options: Options): Promise<Store> {
    const store = new Store(options);
    try {
      store.#sizeBytes = (await store.#worker.ask('commit', { rows: [], again: false })).sizeBytes;
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
      sizeBytes: this.#sizeBytes,
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
      const { sizeBytes } = await this.#worker.ask('commit', { rows: batch, again });
      this.#again = [];
      this.#sizeBytes = sizeBytes;
      this.#lastCommitAt = this.#clock.now();
      this.#lastError = null;
    } catch (error) {
      this.#again = batch;
      this.#lastError = (error as Error).message;
      this.#cancelTimer ??= this.#clock.after(this.#commitEveryMs, () => void this.flush());
    }
  }
}
