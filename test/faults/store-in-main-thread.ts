import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

/** Loaded before the server, as the negative control: its database does not get a thread of its own. */
class SameThread extends EventEmitter {
  readonly #ready;

  constructor(file: URL, { workerData }: { workerData: { file: string; windowMs: number } }) {
    super();
    this.#ready = SameThread.#open(file, workerData);
  }

  static async #open(worker: URL, { file, windowMs }: { file: string; windowMs: number }) {
    const { openDatabase } = await import(new URL('./database.js', worker).href);
    const { storeOperations } = await import(new URL('./operations.js', worker).href);
    return storeOperations(openDatabase(file), windowMs) as Record<string, (argument: unknown) => unknown>;
  }

  async postMessage({ id, operation, argument }: { id: number; operation: string; argument: unknown }): Promise<void> {
    const operations = await this.#ready;
    this.emit('message', { id, result: operations[operation]?.(argument) });
  }

  async terminate(): Promise<void> {}
}

threads.Worker = SameThread as unknown as typeof threads.Worker;
syncBuiltinESMExports();
