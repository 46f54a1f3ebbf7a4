import type { Cancel, Clock } from '../clock.ts';
import { CLOSE_AFTER_MS } from './window.ts';

interface Options {
  clock: Clock & { readonly trusted: boolean };
  windowMs: number;
  /** Closes what is over at this time; answers how many windows it closed. */
  close: (now: number) => Promise<number>;
  onClosed: (windows: number) => void;
  onFault: (fault: Error) => void;
}

/** Closes windows when they are over: at start those of the life before, then each one at its end. */
export class WindowCloser {
  readonly #options: Options;
  #cancel: Cancel = () => {};
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.wake();
  }

  /** Looks now, and from then on at the ends of windows as the clock has them now. */
  wake(): void {
    this.#cancel();
    if (!this.#stopped) void this.#turn();
  }

  /** One look by hand; while one runs, the same one. Without a trusted clock nothing is known to be over. */
  tick(): Promise<void> {
    this.#running ??= this.#closeOver().finally(() => {
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
    if (this.#stopped) return;
    const { clock, windowMs } = this.#options;
    const sinceLastEnd = (clock.now() - CLOSE_AFTER_MS) % windowMs;
    this.#cancel();
    this.#cancel = clock.after(windowMs - sinceLastEnd, () => void this.#turn());
  }

  async #closeOver(): Promise<void> {
    const { clock, close, onClosed, onFault } = this.#options;
    if (!clock.trusted) return;
    try {
      const closed = await close(clock.now());
      if (closed > 0) onClosed(closed);
    } catch (fault) {
      onFault(fault as Error);
    }
  }
}
