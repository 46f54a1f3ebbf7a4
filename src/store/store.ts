import { StartError } from '../start-error.ts';
import { DiskWatch } from './disk-watch.ts';
import type { StoreHealth } from './health.ts';
import { RECORDS, withRoom } from './making-room.ts';
import type { Argument, Operation, Recovery, Result, StoredRow, Usage } from './protocol.ts';
import { RowWriter } from './row-writer.ts';
import type { StoreOptions } from './store-options.ts';
import { type StoreError, WorkerClient } from './worker-client.ts';

const DEFAULT_MAX_BYTES = 512 * 2 ** 20;

/**
 * Readings on disk. Rows gather in memory and are written batch by batch: what decides the wear of a card is rows per
 * commit. No row waits longer than `commitEveryMs`.
 */
export class Store {
  readonly #worker: WorkerClient;
  readonly #disk: DiskWatch;
  readonly #rows: RowWriter;
  readonly #commitEveryMs: number;
  readonly #maxBytes: number;
  #usage: Usage | undefined;
  #makeRoom: (() => Promise<void>) | undefined;
  #recovered: Recovery | null = null;
  #openingFailed = false;

  private constructor({
    clock,
    commitEveryMs,
    publishing,
    onRecovered,
    onMigrated = () => {},
    maxBytes = DEFAULT_MAX_BYTES,
    ...options
  }: StoreOptions) {
    const { file, windowMs, before } = options;
    this.#worker = new WorkerClient({ file, windowMs, maxBytes, before });
    this.#disk = new DiskWatch({ worker: this.#worker, clock, commitEveryMs });
    this.#worker.onMigrated = onMigrated;
    this.#worker.onRecovered = (recovery) => {
      this.#recovered = recovery;
      onRecovered?.(recovery);
    };
    this.#maxBytes = maxBytes;
    this.#commitEveryMs = commitEveryMs;
    this.#rows = new RowWriter({
      ...{ clock, commitEveryMs, publishing, disk: this.#disk },
      write: async (batch) => {
        this.#usage = await this.#withRoom('commit', batch);
        return this.#usage;
      },
    });
  }

  /**
   * Opens or makes the database. Rejects with StartError when it is not ours to use. Where the disk is at fault, the
   * store is there all the same: it fails, and is well again when the disk is. A disk that takes long is not waited for: the
   * opening goes on while the server starts.
   */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options);
    const opening = store.#reach();
    await store.orStalled(opening).catch((error) => {
      if ((error as StoreError).code !== 'STALLED') throw error;
      // Whether the file is ours to use turns out later: an end then is that of a fault of the program.
      opening.catch((refusal) =>
        setImmediate(() => {
          throw refusal;
        }),
      );
    });
    return store;
  }

  async #reach(): Promise<void> {
    try {
      this.#usage = await this.#worker.ask('commit', { rows: [], again: false });
      await this.#worker.ask('probe', { write: 'nothing' }); // a file of a read-only disk can be opened, and nothing was written yet
    } catch (error) {
      const { message, refused, exitCode } = error as StoreError;
      if (refused !== false) {
        await this.#worker.close();
        throw new StartError(message, exitCode, { cause: error });
      }
      this.#disk.refused(message);
      this.#openingFailed = true;
    }
  }

  /** How to log what the disk is to blame for: of one that could not even be opened, it was told once, for all. */
  get faultLevel(): 'debug' | 'error' {
    return this.#openingFailed && this.#disk.fault !== null ? 'debug' : 'error';
  }

  append(rows: readonly StoredRow[]): void {
    this.#rows.append(rows);
  }

  /** See {@link RowWriter.adopt}. */
  adopt(run: number): void {
    this.#rows.adopt(run);
  }

  /** See {@link RowWriter.settle}. */
  settle(): void {
    this.#rows.settle();
  }

  /** Resolves when everything that was appended before has been tried; {@link health} tells with what success. */
  flush(): Promise<void> {
    return this.#rows.flush();
  }

  /** What is called where anything finds the database full, before that is tried once more. */
  whenFull(makeRoom: () => Promise<void>): void {
    this.#makeRoom = makeRoom;
  }

  /** Anything else that the database's thread can do. Rejects with StoreError; a disk that fails shows in the health. */
  async ask<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    try {
      const result = await this.#withRoom(operation, argument);
      if (RECORDS.has(operation) && !this.#rows.triesAgain) this.#disk.took({ inDatabase: true });
      return result;
    } catch (error) {
      this.#disk.failed(error);
      throw error;
    }
  }

  /** Looks at the disk, every {@link LOOK_EVERY_MS}, where readings are collected `collectEveryMs` apart. */
  async probe(collectEveryMs: number): Promise<void> {
    if (this.#rows.triesAgain) return; // the next try says more
    // The first round that is complete when a batch may be no older is the one that is committed.
    await this.#disk.look(Math.ceil(this.#commitEveryMs / collectEveryMs) * collectEveryMs);
  }

  /** True while the disk holds up whoever asks. */
  get isStalled(): boolean {
    return this.#worker.times.isStalled;
  }

  /** As {@link ask}, for a start that does not wait for a slow disk: while it stalls nothing is asked of it. */
  askAtStart<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    return this.isStalled
      ? Promise.reject(new Error('the disk takes too long'))
      : this.orStalled(this.ask(operation, argument));
  }

  /** Rejects with the code STALLED where the disk holds an answer up; what was asked goes on all the same. */
  orStalled<T>(answer: Promise<T>): Promise<T> {
    return this.#worker.times.orStalled(answer);
  }

  health(): StoreHealth {
    const fault = this.#disk.fault ?? this.#worker.times.fault;
    return {
      status: fault === null ? 'ok' : 'failing',
      lastError: fault,
      pendingRows: this.#rows.pendingRows,
      droppedRows: this.#rows.droppedRows,
      lastCommitAt: this.#rows.lastCommitAt,
      sizeBytes: this.#usage?.sizeBytes ?? null,
      usedBytes: this.#usage?.usedBytes ?? null,
      maxBytes: this.#maxBytes,
      droppedReadings: this.#usage?.droppedReadings ?? 0,
      droppedUntold: this.#usage?.droppedUntold ?? 0,
      recovered: this.#recovered,
    };
  }

  /** The end does not wait for the disk any longer: what it has not taken by now is lost, and told by {@link health}. */
  abandon(): void {
    this.#worker.abandon();
  }

  get isAbandoned(): boolean {
    return this.#worker.isAbandoned;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#rows.stop();
    await this.#worker.close();
  }

  #withRoom<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    return withRoom(operation, () => this.#worker.ask(operation, argument), this.#makeRoom);
  }
}
