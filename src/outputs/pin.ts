import type { Clock } from '../clock.ts';
import type { Line } from './line.ts';

/** What the pin of an output was told last, and whether it obeys. */
export class Pin {
  on: boolean;
  /** Counts what was done to it. */
  driven = 0;
  /** Since when it does not obey, in wall time. */
  failingSince: number | null = null;
  /** Monotonic time since which it is on, or off. */
  changedAt: number;
  readonly #line: Line;
  readonly #clock: Clock;
  /** How bright it is when it is on. */
  #level = 1;

  constructor(line: Line, on: boolean, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    this.on = on;
    this.changedAt = clock.monotonic();
  }

  /** What it shows after a write that failed, nobody knows. */
  get mayBeOn(): boolean {
    return this.on || this.failingSince !== null;
  }

  /** From 0 to 1; null where it cannot be dimmed. */
  get level(): number | null {
    return this.onlyOnOff === undefined ? Number(this.on) * this.#level : null;
  }

  /** Why it cannot be dimmed; undefined where it can. */
  get onlyOnOff(): string | undefined {
    return this.#line.onlyOnOff;
  }

  shows({ on, level }: { on: boolean; level: number }): boolean {
    return on === this.on && (!on || level === this.#level);
  }

  /** Throws HardwareError, and then shows what it showed before. */
  drive({ on, level }: { on: boolean; level: number }): void {
    this.#line.write(on ? level : 0);
    this.failingSince = null;
    this.driven += 1;
    if (on !== this.on) this.changedAt = this.#clock.monotonic(); // another brightness is no switching
    this.on = on;
    this.#level = level;
  }

  /** Tells it once more what it is to show. Throws HardwareError. */
  assure(): void {
    this.#line.write(this.on ? this.#level : 0);
    this.failingSince = null;
  }

  fails(): void {
    this.failingSince ??= this.#clock.now();
  }
}
