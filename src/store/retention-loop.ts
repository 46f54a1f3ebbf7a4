import type { Cancel, Clock } from '../clock.ts';

interface Options {
  clock: Clock;
  /** One small step; false when there is nothing left to do. */
  step: () => Promise<boolean>;
  onFault: (fault: Error) => void;
}

const EVERY_MS = 60_000;

/** Makes room every minute, step by step: between two steps the database's thread serves others. */
export class RetentionLoop {
  readonly #options: Options;
  #cancel: Cancel = () => {};
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#cancel = this.#options.clock.after(EVERY_MS, () => void this.#turn());
  }

  /** Makes room by hand; while it is being made, the same round. */
  tick(): Promise<void> {
    this.#running ??= this.#makeRoom().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  async #turn(): Promise<void> {
    await this.tick();
    if (!this.#stopped) this.start();
  }

  async #makeRoom(): Promise<void> {
    try {
      while (!this.#stopped && (await this.#options.step()));
    } catch (fault) {
      this.#options.onFault(fault as Error);
    }
  }
}
