import type { Cancel, Clock } from '../clock.ts';
import type { Notify } from './notify-socket.ts';

interface Options {
  notify: Notify;
  clock: Clock;
  /** After so long without a sign of life the process is killed; undefined where nobody watches. */
  watchdogMs: number | undefined;
  /** What does not go on any more, as a phrase; undefined while everything does. */
  standstill: () => string | undefined;
  /** Hears once that the process is going to be killed, and why. */
  onStandstill: (what: string) => void;
}

/**
 * Tells the service manager how the server is. A sign of life says more than that a timer fires: it is given only while
 * the control loop makes progress. A process that hangs, is stopped, or only seems to live is killed from outside then.
 */
export class Supervisor {
  readonly #options: Options;
  #cancel: Cancel = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  /** From now on it serves, and is watched. */
  ready(where: string): void {
    this.#options.notify(`READY=1\nSTATUS=${where}`);
    this.#look();
  }

  stopping(): void {
    this.#cancel();
    this.#options.notify('STOPPING=1\nSTATUS=stopping');
  }

  /** A third of the time: one sign that comes late is no reason to be killed. */
  #look(): void {
    const { notify, clock, watchdogMs, standstill, onStandstill } = this.#options;
    if (watchdogMs === undefined) return;
    const what = standstill();
    if (what !== undefined) {
      notify(`STATUS=${what}`);
      onStandstill(what);
      return;
    }
    notify('WATCHDOG=1');
    this.#cancel = clock.after(watchdogMs / 3, () => this.#look());
  }
}
