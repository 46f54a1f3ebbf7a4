import type { OutputConfig } from '../../schemas/devices.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { OutputChange } from './change.ts';
import type { Line } from './line.ts';
import { onOff } from './state.ts';
import type { Command, Demand, Want } from './want.ts';

export interface Surroundings {
  clock: Clock;
  /** Hears of a pin that did not obey when nobody was there to be told. */
  onFault: (output: string, fault: Error) => void;
}

const TRY_AGAIN_MS = 1000;

/**
 * One output: what is wanted of it, and when that may be carried out. The longest time on comes before a command, a
 * command before a rule. Everything is synchronous; what has to wait is done by one timer, on the clock that never jumps.
 */
export class Channel {
  readonly config: OutputConfig;
  demand: Demand | null = null;
  command: Command | null = null;
  /** Counts what was done to the pin. */
  driven = 0;
  /** Since when the pin does not obey, in wall time. */
  failingSince: number | null = null;
  /** In its safe state for good. */
  closed = false;
  /** Outputs that are never on together with this one. */
  partners: readonly Channel[] = [];
  onChange: (change: OutputChange) => void = () => {};

  readonly #line: Line;
  readonly #clock: Clock;
  readonly #onFault: Surroundings['onFault'];
  #on: boolean;
  /** How bright it is when it is on. */
  #level = 1;
  #heldBy: Want['by'] | null = null;
  #changedAt: number;
  #tripped = false;
  #cancel: Cancel = () => {};

  constructor(config: OutputConfig, line: Line, { clock, onFault }: Surroundings) {
    this.config = config;
    this.#line = line;
    this.#clock = clock;
    this.#onFault = onFault;
    this.#on = (config.initial ?? config.safe) === 'on';
    this.#changedAt = clock.monotonic();
  }

  get on(): boolean {
    return this.#on;
  }

  /** From 0 to 1; null where it cannot be dimmed. */
  get level(): number | null {
    return this.#line.onlyOnOff === undefined ? Number(this.#on) * this.#level : null;
  }

  /** Why it cannot be dimmed; undefined where it can. */
  get onlyOnOff(): string | undefined {
    return this.#line.onlyOnOff;
  }

  get heldBy(): Want['by'] | null {
    return this.#heldBy;
  }

  /** A command or a demand that is new lifts the lock of the longest time on. */
  renew(): void {
    this.#tripped = false;
  }

  /** Milliseconds for which the present state has to be kept still. */
  keptForMs(): number {
    const { min_on_s: minOnS = 0, min_off_s: minOffS = 0 } = this.config;
    const minMs = (this.#on ? minOnS : minOffS) * 1000;
    return Math.max(0, this.#changedAt + minMs - this.#clock.monotonic());
  }

  /** The output that forbids this one to be on now. */
  blockedBy(): Channel | undefined {
    return this.partners.find((partner) => partner.on);
  }

  /** Carries out what is wanted, as far as it may be now. Throws HardwareError when the pin does not obey. */
  carryOut(): void {
    if (this.closed) return;
    const want = this.#want();
    if (want !== undefined && !this.#shows(want) && this.#may(want)) this.#drive(want);
    if (want === undefined || this.#shows(want)) this.#heldBy = want?.by ?? null;
    if (this.demand?.isLast && this.demand.on === this.#on && this.command === null) this.demand = null;
    if (this.demand === null && this.#heldBy === 'rule') this.#heldBy = null;
    if (this.command !== null && this.command.until === null && this.command.after === this.#on) this.command = null;
    if (this.command === null && this.#heldBy === 'api') this.#heldBy = null;
    this.#arm();
  }

  /** The same where nobody waits for it: a pin that does not obey is tried again until it does. */
  settle(): void {
    try {
      this.carryOut();
    } catch (fault) {
      this.failingSince ??= this.#clock.now();
      this.#onFault(this.config.id, fault as Error);
      this.#cancel();
      this.#cancel = this.#clock.after(TRY_AGAIN_MS, () => this.settle());
    }
  }

  /** The end: the safe state at once, and nothing after it. Throws HardwareError. */
  close(): void {
    this.closed = true;
    this.#cancel();
    this.command = this.demand = null;
    this.#heldBy = null;
    const on = this.config.safe === 'on';
    const stop: Want = { on, level: 1, by: 'stop', rule: null, why: 'the server stops' };
    if (this.#shows(stop)) this.#line.write(Number(on));
    else this.#drive(stop);
  }

  #shows({ on, level }: Want): boolean {
    return on === this.#on && (!on || level === this.#level);
  }

  #want(): Want | undefined {
    if (this.#tripped) return { on: false, level: 1, by: 'limit', rule: null, why: `on for ${this.config.max_on_s} s` };
    if (this.command !== null) {
      const { on, level } = this.command;
      return { on, level, by: 'api', rule: null, why: this.#reason(this.command) };
    }
    return this.demand === null ? undefined : { ...this.demand, level: 1, by: 'rule' };
  }

  #reason({ until, after, on }: Command): string {
    if (after !== null && until === null) return 'the end of its pulse';
    return after === null ? 'a command' : `a command to be ${onOff(on)} for a while`;
  }

  #may({ on, by }: Want): boolean {
    if (on && this.blockedBy() !== undefined) return false;
    return by !== 'rule' || on === this.#on || this.keptForMs() === 0;
  }

  #drive({ on, level, by, rule, why }: Want): void {
    this.#line.write(on ? level : 0);
    this.driven += 1;
    const from = this.#on;
    const instant = { at: this.#clock.now(), monotonic: this.#clock.monotonic() };
    this.#on = on;
    this.#level = level;
    this.#heldBy = by;
    if (from !== on) this.#changedAt = instant.monotonic; // another brightness is no switching
    this.failingSince = null;
    this.onChange({ output: this.config.id, ...instant, from, to: on, level: this.level, by, rule, why });
    for (const partner of this.partners) partner.settle();
  }

  /** Sets the timer to the next instant at which something may have to be done. */
  #arm(): void {
    this.#cancel();
    this.#cancel = () => {};
    const now = this.#clock.monotonic();
    const due = [this.command?.until ?? Number.POSITIVE_INFINITY];
    if (this.#on && this.config.max_on_s !== undefined) due.push(this.#changedAt + this.config.max_on_s * 1000);
    const keptForMs = this.keptForMs();
    if (keptForMs > 0) due.push(now + keptForMs);
    const next = Math.min(...due);
    if (next !== Number.POSITIVE_INFINITY) this.#cancel = this.#clock.after(next - now, () => this.#onTime());
  }

  #onTime(): void {
    const now = this.#clock.monotonic();
    const { max_on_s: maxOnS } = this.config;
    if (this.#on && maxOnS !== undefined && now >= this.#changedAt + maxOnS * 1000) {
      this.#tripped = true;
      this.command = null;
    }
    if (this.command?.until != null && now >= this.command.until) {
      const { after } = this.command;
      this.command = after === null || this.demand !== null ? null : { on: after, level: 1, until: null, after };
    }
    this.settle();
  }
}
