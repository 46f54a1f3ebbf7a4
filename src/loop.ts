import type { Cancel, Clock } from './clock.ts';

interface Options {
  clock: Pick<Clock, 'after'>;
  /** How long to wait after a turn, in milliseconds; asked each time. */
  pauseMs: () => number;
  turn: () => Promise<void>;
  onFault: (fault: Error) => void;
}

/** Work that comes again and again. Turns never overlap, one that fails does not end the loop, and `stop` waits. */
export class Loop {
  stopped = false;
  readonly #options: Options;
  #cancel: Cancel = () => {};
  #running: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The first turn is after a pause. */
  start(): void {
    const { clock, pauseMs } = this.#options;
    this.#cancel();
    if (!this.stopped) this.#cancel = clock.after(pauseMs(), () => this.wake());
  }

  /** A turn now, and from now on the pauses behind it. */
  wake(): void {
    this.#cancel();
    if (!this.stopped) void this.tick().then(() => this.start());
  }

  /** One turn by hand; while one runs, the same one. */
  tick(): Promise<void> {
    this.#running ??= this.#turn().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** No more turns; resolves when the running one is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.#cancel();
    await this.#running;
  }

  async #turn(): Promise<void> {
    try {
      await this.#options.turn();
    } catch (fault) {
      this.#options.onFault(fault as Error);
    }
  }
}
