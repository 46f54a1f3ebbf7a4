import type { OutputConfig } from '../../schemas/devices.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { OutputLine } from '../hardware/driver.ts';
import type { ChangedBy, OutputChange } from './change.ts';
import { onOff } from './state.ts';

/** What a rule wants of an output, and why. */
export interface Demand {
  rule: string;
  on: boolean;
  why: string;
  /** True when it ends as soon as it is carried out: its rule is gone. */
  isLast: boolean;
}

/** What the API wants of it. */
export interface Command {
  on: boolean;
  /** Monotonic time at which it ends; null: for good. */
  until: number | null;
  /** State that a pulse leaves behind where no rule commands the output. */
  after: boolean | null;
}

export interface Surroundings {
  clock: Clock;
  /** Hears of a pin that did not obey when nobody was there to be told. */
  onFault: (output: string, fault: Error) => void;
}

interface Want {
  on: boolean;
  by: ChangedBy;
  rule: string | null;
  why: string;
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
  /** Since when the pin does not obey, in wall time. */
  failingSince: number | null = null;
  /** Outputs that are never on together with this one. */
  partners: readonly Channel[] = [];
  onChange: (change: OutputChange) => void = () => {};

  readonly #line: OutputLine;
  readonly #clock: Clock;
  readonly #onFault: Surroundings['onFault'];
  #on: boolean;
  #heldBy: Want['by'] | null = null;
  #changedAt: number;
  #tripped = false;
  #closed = false;
  #cancel: Cancel = () => {};

  constructor(config: OutputConfig, line: OutputLine, { clock, onFault }: Surroundings) {
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
    if (this.#closed) return;
    const want = this.#want();
    if (want !== undefined && want.on !== this.#on && this.#may(want)) this.#drive(want);
    if (want === undefined || want.on === this.#on) this.#heldBy = want?.by ?? null;
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
    this.#closed = true;
    this.#cancel();
    this.command = this.demand = null;
    this.#heldBy = null;
    const on = this.config.safe === 'on';
    if (on !== this.#on) this.#drive({ on, by: 'stop', rule: null, why: 'the server stops' });
    else this.#line.write(on);
  }

  #want(): Want | undefined {
    if (this.#tripped) return { on: false, by: 'limit', rule: null, why: `on for ${this.config.max_on_s} s` };
    if (this.command !== null) return { on: this.command.on, by: 'api', rule: null, why: this.#reason(this.command) };
    return this.demand === null ? undefined : { ...this.demand, by: 'rule' };
  }

  #reason({ until, after, on }: Command): string {
    if (after !== null && until === null) return 'the end of its pulse';
    return after === null ? 'a command' : `a command to be ${onOff(on)} for a while`;
  }

  #may({ on, by }: Want): boolean {
    if (on && this.blockedBy() !== undefined) return false;
    return by !== 'rule' || this.keptForMs() === 0;
  }

  #drive({ on, by, rule, why }: Want): void {
    this.#line.write(on);
    const from = this.#on;
    this.#on = on;
    this.#heldBy = by;
    this.#changedAt = this.#clock.monotonic();
    this.failingSince = null;
    const { clock, config } = { clock: this.#clock, config: this.config };
    this.onChange({ output: config.id, at: clock.now(), monotonic: this.#changedAt, from, to: on, by, rule, why });
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
      this.command = after === null || this.demand !== null ? null : { on: after, until: null, after };
    }
    this.settle();
  }
}
