import type { OutputConfig } from '../../schemas/devices.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { OutputChange } from './change.ts';
import { KeptOff } from './exclusion.ts';
import type { Line } from './line.ts';
import { Pin } from './pin.ts';
import { keptUntil, onUntil } from './times.ts';
import { type Command, type Demand, firstWant, type Want } from './want.ts';

export interface Surroundings {
  clock: Clock;
  /** Hears of a pin that does not obey when nobody was there to be told; once, until it obeys again. */
  onFault: (output: string, fault: Error) => void;
}

const TRY_AGAIN_MS = 1000;

/**
 * One output: what is wanted of it, and when that may be carried out. Everything is synchronous; what has to wait is done
 * by one timer, on the clock that never jumps.
 */
export class Channel {
  readonly config: OutputConfig;
  readonly pin: Pin;
  /** The rule that commands it, also while that wants nothing. */
  owner: string | null = null;
  demand: Demand | null = null;
  command: Command | null = null;
  /** It goes to its safe state, for good. */
  closed = false;
  /** Outputs that are never on together with this one. */
  partners: readonly Channel[] = [];
  onChange: (change: OutputChange) => void = () => {};

  readonly #clock: Clock;
  readonly #onFault: Surroundings['onFault'];
  #heldBy: Want['by'] | null = null;
  #tripped = false;
  #cancel: Cancel = () => {};

  constructor(config: OutputConfig, line: Line, { clock, onFault }: Surroundings) {
    this.config = config;
    this.pin = new Pin(line, (config.initial ?? config.safe) === 'on', clock);
    this.#clock = clock;
    this.#onFault = onFault;
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
    return Math.max(0, keptUntil(this.config, this.pin) - this.#clock.monotonic());
  }

  /** The output that forbids this one to be on now: one that does not obey may be on. */
  blockedBy(): Channel | undefined {
    return this.partners.find(({ pin }) => pin.mayBeOn);
  }

  /** Carries out a command of the API, or ends it (null). Throws HardwareError, and leaves what was wanted before. */
  obey(command: Command | null): void {
    const [before, wasTripped, wasHeldBy] = [this.command, this.#tripped, this.#heldBy];
    this.command = command;
    if (command !== null) this.renew();
    try {
      this.carryOut();
    } catch (fault) {
      this.command = before;
      this.#tripped = wasTripped;
      this.#heldBy = wasHeldBy;
      this.#tryAgain();
      throw fault;
    }
  }

  /** Carries out what is wanted, as far as it may be now. Throws HardwareError when the pin does not obey. */
  carryOut(): void {
    if (this.closed) return;
    const { pin } = this;
    this.#letGo();
    const want = this.#want();
    if (want !== undefined && !pin.shows(want) && this.#may(want)) this.#drive(want);
    else if (pin.failingSince !== null) this.#assure();
    if (want === undefined || pin.shows(want)) this.#heldBy = want?.by ?? null;
    if (this.demand?.isLast && this.command === null && (this.#tripped || this.demand.on === pin.on))
      this.demand = null;
    this.#letGo();
    this.#arm();
  }

  /** The same where nobody waits for it: a pin that does not obey is tried again until it does. */
  settle(): void {
    try {
      this.carryOut();
    } catch (fault) {
      if (this.pin.failingSince === null) this.#onFault(this.config.id, fault as Error);
      this.#tryAgain();
    }
  }

  /** The end: nobody wants anything of it from now on. Its pin is as it was until it goes safe. */
  close(): void {
    this.closed = true;
    this.#cancel();
    this.command = this.demand = null;
    this.#heldBy = null;
  }

  /** The safe state at once, for one that is closed. Throws HardwareError, and KeptOff where it must not go on. */
  goSafe(): void {
    const { pin, config } = this;
    const other = pin.on || config.safe === 'off' ? undefined : this.blockedBy();
    const on = config.safe === 'on' && other === undefined;
    const stop: Want = { on, level: 1, by: 'stop', rule: null, why: 'the server stops' };
    try {
      if (pin.shows(stop)) pin.assure();
      else this.#drive(stop);
    } catch (fault) {
      pin.fails();
      throw fault;
    }
    if (other !== undefined) throw new KeptOff(config.id, other.config.id);
  }

  #want(): Want | undefined {
    const { command, demand, config } = this;
    return firstWant({ tripped: this.#tripped, maxOnS: config.max_on_s, command, demand });
  }

  /** What is over holds nothing, also where the pin does not obey what comes then. */
  #letGo(): void {
    const { command, demand, pin } = this;
    const isAtEnd = command !== null && command.until === null && command.after !== null;
    if (isAtEnd && (command.after === pin.on || demand !== null)) this.command = null;
    const isOver = this.#heldBy === 'api' ? this.command === null : this.#heldBy === 'rule' && demand === null;
    if (isOver) this.#heldBy = null;
  }

  #may({ on, by }: Want): boolean {
    if (on && this.blockedBy() !== undefined) return false;
    return by !== 'rule' || on === this.pin.on || this.keptForMs() === 0;
  }

  #drive(want: Want): void {
    const { pin } = this;
    const { by, rule, why } = want;
    const from = pin.on;
    pin.drive(want);
    this.#heldBy = by;
    const instant = { at: this.#clock.now(), monotonic: this.#clock.monotonic() };
    this.onChange({ output: this.config.id, ...instant, from, to: pin.on, level: pin.level, by, rule, why });
    for (const partner of this.partners) partner.settle();
  }

  /** A pin that obeys again: whoever had to wait for that need not any more. */
  #assure(): void {
    this.pin.assure();
    for (const partner of this.partners) partner.settle();
  }

  #tryAgain(): void {
    this.pin.fails();
    this.#cancel();
    this.#cancel = this.#clock.after(TRY_AGAIN_MS, () => this.#onTime());
  }

  /** Sets the timer to the next instant at which something may have to be done. */
  #arm(): void {
    this.#cancel();
    this.#cancel = () => {};
    const now = this.#clock.monotonic();
    const due = [this.command?.until ?? Number.POSITIVE_INFINITY, onUntil(this.config, this.pin)];
    const keptForMs = this.keptForMs();
    if (keptForMs > 0) due.push(now + keptForMs);
    const next = Math.min(...due);
    if (next !== Number.POSITIVE_INFINITY) this.#cancel = this.#clock.after(next - now, () => this.#onTime());
  }

  #onTime(): void {
    const now = this.#clock.monotonic();
    if (now >= onUntil(this.config, this.pin)) {
      this.#tripped = true;
      this.command = null;
    }
    if (this.command?.until != null && now >= this.command.until) {
      const { after } = this.command;
      // An end that may not switch on now is no wish that waits: nobody would expect it hours later.
      const isOver = after === null || (after && this.blockedBy() !== undefined);
      this.command = isOver ? null : { on: after, level: 1, until: null, after };
    }
    this.settle();
  }
}
