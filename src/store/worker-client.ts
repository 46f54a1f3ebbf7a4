import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../clock.ts';
import { AnswerTimes } from './answer-times.ts';
import type { Migrated } from './kept-database.ts';
import type { Answer, Fault, Notice } from './messages.ts';
import type { Argument, Operation, Recovery, Result } from './protocol.ts';
import type { WorkerOptions } from './store-options.ts';

/** The database did not do what it was asked. `code` is SQLite's or the system's, or WORKER_GONE when the thread ended. */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly code: string;
  /** True where the file is not ours to use, whatever becomes of the disk. */
  readonly refused: boolean;
  readonly exitCode: number;

  constructor({ message, code, refused, exitCode = 1 }: Fault) {
    super(message);
    this.code = code;
    this.refused = refused;
    this.exitCode = exitCode;
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The worker's file beside this one: `.ts` in development, `.js` when compiled. */
const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Asks the worker thread, and starts a new one when the last one has ended. */
export class WorkerClient {
  /** Hears of a broken database that was set aside. */
  onRecovered: (recovery: Recovery) => void = () => {};
  /** Hears of tables that were changed to those of this release. */
  onMigrated: (migrated: Migrated) => void = () => {};
  /** By the clock of the machine: the other thread takes its time, whatever a test makes of the hands. */
  readonly times = new AnswerTimes(systemClock);
  readonly #options: WorkerOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #abandoned: StoreError | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  ask<O extends Operation>(operation: O, argument: Argument<O>): Promise<Result<O>> {
    if (this.#abandoned !== undefined) return Promise.reject(this.#abandoned);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.times.asks();
      worker.postMessage({ id, operation, argument });
    });
  }

  /** Closes the database and ends the thread; a thread that has ended already left nothing to close. */
  async close(): Promise<void> {
    if (this.#worker === undefined || this.isAbandoned) return;
    try {
      await this.ask('close', {});
    } catch (error) {
      if (!this.isAbandoned) throw error;
      return; // not ended: whoever waits for its end waits for the disk
    }
    await this.#worker?.terminate();
  }

  /** True where the thread may be held up by the disk for good: nothing of the process may wait for it. */
  get isAbandoned(): boolean {
    return this.#abandoned !== undefined;
  }

  /** Whoever waits is told that there is no answer any more; so is whoever asks from now on. */
  abandon(): void {
    this.#abandoned = new StoreError({ message: 'the disk took too long', code: 'STALLED', refused: false });
    for (const { reject } of this.#waiting.values()) reject(this.#abandoned);
    this.#waiting.clear();
    this.#worker?.unref();
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { workerData: this.#options, name: 'store' });
    let fault: Error = new StoreError({ message: 'The database thread ended.', code: 'WORKER_GONE', refused: false });
    worker.on('message', (message: Answer | Notice) => {
      if ('recovered' in message) this.onRecovered(message.recovered);
      else if ('migrated' in message) this.onMigrated(message.migrated);
      else this.#settle(message);
    });
    worker.on('error', (error: Error) => {
      fault = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      this.times.forget();
      for (const { reject } of this.#waiting.values()) reject(fault);
      this.#waiting.clear();
    });
    return worker;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    this.times.answered();
    if ('error' in answer) waiting?.reject(new StoreError(answer.error));
    else waiting?.resolve(answer.result);
  }
}
