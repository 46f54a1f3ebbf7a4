import type { Cancel, Clock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import { DiskWatch } from './disk-watch.ts';
import type { StoreHealth } from './health.ts';
import { RECORDS, withRoom } from './making-room.ts';
import { PendingRows, type RowBatch } from './pending-rows.ts';
import type { Argument, Operation, Recovery, Result, StoredRow, Usage } from './protocol.ts';
import type { Publishing } from './records.ts';
import type { StoreOptions } from './store-options.ts';
import { type StoreError, WorkerClient } from './worker-client.ts';

const DEFAULT_MAX_BYTES = 512 * 2 ** 20;
/** What has gathered while a disk was away is written in parts: the log of a small database has no room for all. */
const ROWS_A_COMMIT = 10_000;

/**
 * Readings on disk. Rows gather in memory and are written batch by batch: what decides the wear of a card is rows per
 * commit. No row waits longer than `commitEveryMs`.
 */
export class Store {
  readonly #worker: WorkerClient;
  readonly #disk: DiskWatch;
  readonly #clock: Clock;
  readonly #commitEveryMs: number;
  readonly #maxBytes: number;
  readonly #publishing: () => Publishing;
  readonly #pending = new PendingRows();
  /** What a commit failed with. */
  #again: RowBatch | undefined;
  /** Rows that are on their way to the disk for the first time. */
  #underWay = 0;
  #committing: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #lastCommitAt: number | null = null;
  #usage: Usage | undefined;
  #makeRoom: (() => Promise<void>) | undefined;
  #recovered: Recovery | null = null;

  private constructor({
    clock,
    commitEveryMs,
    publishing,
    onRecovered,
    onMigrated = () => {},
    maxBytes = DEFAULT_MAX_BYTES,
    ...options
  }: StoreOptions) {
    const { file, windowMs } = options;
    this.#worker = new WorkerClient({ file, windowMs, maxBytes });
    this.#disk = new DiskWatch({ worker: this.#worker, clock, commitEveryMs });
    this.#worker.onMigrated = onMigrated;
    this.#worker.onRecovered = (recovery) => {
      this.#recovered = recovery;
      onRecovered?.(recovery);
    };
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#commitEveryMs = commitEveryMs;
    this.#publishing = publishing;
  }

  /**
   * Opens or makes the database. Rejects with StartError when it is not ours to use. Where the disk is at fault, the
   * store is there all the same: it fails, and is well again when the disk is.
   */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options);
    try {
      store.#usage = await store.#worker.ask('commit', { rows: [], again: false });
      await store.#worker.ask('probe', { write: 'nothing' }); // a file of a read-only disk can be opened, and nothing was written yet
    } catch (error) {
      const { message, refused, exitCode } = error as StoreError;
      if (refused !== false) {
        await store.#worker.close();
        throw new StartError(message, exitCode, { cause: error });
      }
      store.#disk.refused(message);
    }
    return store;
  }

  append(rows: readonly StoredRow[]): void {
    this.#pending.append(rows, this.#again?.rows.length ?? 0);
    this.#commitLater();
  }

  /** Rows that were taken before their run had its number get it now; until then nothing is written. */
  adopt(run: number): void {
    this.#pending.adopt(run);
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

  /** What is called where anything finds the database full, before that is tried once more. */
  whenFull(makeRoom: () => Promise<void>): void {
    this.#makeRoom = makeRoom;
  }

  /** Anything else that the database's thread can do. Rejects with StoreError; a disk that fails shows in the health. */
  async ask<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    try {
      const result = await this.#withRoom(operation, argument);
      if (RECORDS.has(operation) && this.#again === undefined) this.#disk.took({ inDatabase: true });
      return result;
    } catch (error) {
      this.#disk.failed(error);
      throw error;
    }
  }

  /** Looks at the disk, every {@link LOOK_EVERY_MS}, where readings are collected `collectEveryMs` apart. */
  async probe(collectEveryMs: number): Promise<void> {
    if (this.#again !== undefined) return; // the next try says more
    // The first round that is complete when a batch may be no older is the one that is committed.
    await this.#disk.look(Math.ceil(this.#commitEveryMs / collectEveryMs) * collectEveryMs);
  }

  health(): StoreHealth {
    return {
      status: this.#disk.fault === null ? 'ok' : 'failing',
      lastError: this.#disk.fault,
      pendingRows: this.#pending.length + this.#underWay + (this.#again?.rows.length ?? 0),
      droppedRows: this.#pending.dropped,
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
    if (this.#pending.awaitsRun) return this.#commitLater();
    if (this.#again !== undefined) await this.#write(this.#again, true);
    // What comes while this is written waits for its own commit: more commits than are asked for wear the card.
    let left = this.#pending.length;
    while (left > 0 && this.#again === undefined) {
      await this.#write(this.#pending.take(Math.min(left, ROWS_A_COMMIT)), false);
      left -= ROWS_A_COMMIT;
    }
  }

  async #write(batch: RowBatch, again: boolean): Promise<void> {
    this.#lastCommit = this.#clock.monotonic();
    this.#disk.writes();
    this.#underWay = again ? 0 : batch.rows.length;
    try {
      const lost = batch.lost.length === 0 ? undefined : { readings: batch.lost, publishing: this.#publishing() };
      this.#usage = await this.#withRoom('commit', { rows: batch.rows, again, ...(lost && { lost }) });
      this.#again = undefined;
      this.#lastCommitAt = this.#clock.now();
      this.#disk.took(this.#usage);
    } catch (error) {
      this.#again = batch;
      this.#disk.refused((error as Error).message);
      this.#commitLater();
    } finally {
      this.#underWay = 0;
    }
  }

  #commitLater(): void {
    this.#cancelTimer ??= this.#clock.after(this.#commitEveryMs, () => void this.flush());
  }

  #withRoom<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    return withRoom(operation, () => this.#worker.ask(operation, argument), this.#makeRoom);
  }
}
