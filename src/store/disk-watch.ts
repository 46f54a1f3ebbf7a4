import type { Clock } from '../clock.ts';
import { isDiskFault } from './fault.ts';
import type { StoreError, WorkerClient } from './worker-client.ts';

interface Options {
  worker: Pick<WorkerClient, 'ask'>;
  clock: Pick<Clock, 'monotonic'>;
}

/** How the disk does, as the last one saw it who wanted something of it. */
export class DiskWatch {
  /** Why nothing can be written; null where all is well. */
  fault: string | null = null;
  readonly #options: Options;
  #lastWrite = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Something is being written: there is no need to write in order to look. */
  writes(): void {
    this.#lastWrite = this.#options.clock.monotonic();
  }

  /** A question failed. What is no fault of the disk says nothing about it. */
  failed(error: unknown): void {
    const { code, message } = error as StoreError;
    if (isDiskFault(code)) this.fault = message;
  }

  /** Looks at the disk; writes to it as well where nothing was written for `quietMs`, or it failed the last time. */
  async look(quietMs: number): Promise<void> {
    const { worker, clock } = this.#options;
    const write = this.fault !== null || clock.monotonic() - this.#lastWrite >= quietMs;
    if (write) this.writes();
    try {
      await worker.ask('probe', { write });
      if (write) this.fault = null;
    } catch (error) {
      this.fault = (error as Error).message;
    }
  }
}
