import type { OutputConfig } from '../../schemas/devices.ts';
import type { Output } from '../../schemas/outputs.ts';
import { type Clock, toTimestamp } from '../clock.ts';
import { type Driver, HardwareError } from '../hardware/driver.ts';
import type { OutputChange } from './change.ts';
import { Channel, type Surroundings } from './channel.ts';
import { excludeEachOther, offFirst } from './exclusion.ts';
import { claimLine } from './line.ts';
import { onOff } from './state.ts';
import { carryOut, type Wish } from './wish.ts';

/** Who wants something of an output, and why. */
export interface Origin {
  rule: string;
  /** For a person. */
  why: string;
  /** Whether a command of the API that was given before is over with it: that was said of a sensor that was alive. */
  endsCommand?: boolean;
}

/** The outputs of this device: their states, commands, rules and safe states. Switching is synchronous and in memory. */
export class OutputBank {
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #clock: Clock;

  private constructor(channels: readonly Channel[], clock: Clock) {
    this.#channels = new Map(channels.map((channel) => [channel.config.id, channel]));
    this.#clock = clock;
    for (const channel of channels) {
      channel.partners = channels.filter(({ config }) => excludeEachOther(config, channel.config));
    }
    for (const channel of channels) channel.settle(); // one that is on from the start has its longest time, too
  }

  /**
   * Claims the lines; each shows its initial state from the first moment. Rejects with HardwareError, and what was
   * claimed until then is safe.
   */
  static async claim(
    configs: readonly OutputConfig[],
    driver: Driver,
    surroundings: Surroundings,
  ): Promise<OutputBank> {
    const channels = new Map<string, Channel>();
    const isOn = ({ initial, safe }: OutputConfig) => (initial ?? safe) === 'on';
    try {
      // What a process before has left on goes off before its counterpart goes on.
      for (const config of configs.toSorted((a, b) => Number(isOn(a)) - Number(isOn(b)))) {
        const line = await claimLine(config, driver, isOn(config));
        channels.set(config.id, new Channel(config, line, surroundings));
      }
    } catch (fault) {
      // The kernel keeps the levels of this process after its end.
      throw new OutputBank([...channels.values()], surroundings.clock).#giveUp(fault as Error);
    }
    return new OutputBank(
      configs.map(({ id }) => channels.get(id) as Channel),
      surroundings.clock,
    );
  }

  list(): Output[] {
    return [...this.#channels.values()].map((channel) => this.#describe(channel));
  }

  get(id: string): Output | undefined {
    const channel = this.#channels.get(id);
    return channel && this.#describe(channel);
  }

  /** The state of every output by id; `true` is on. */
  states(): Record<string, boolean> {
    return Object.fromEntries([...this.#channels].map(([id, { pin }]) => [id, pin.on]));
  }

  /** Counts changes: while it stands still, so do the states. */
  get changes(): number {
    let changes = 0;
    for (const { pin } of this.#channels.values()) changes += pin.driven;
    return changes;
  }

  /** Ids of the outputs whose pins do not obey, with the wall time since when. */
  failing(): { id: string; since: number }[] {
    return [...this.#channels].flatMap(([id, { pin }]) =>
      pin.failingSince === null ? [] : [{ id, since: pin.failingSince }],
    );
  }

  /** Hears every change of a state, as soon as the pin was written. */
  onChange(listener: (change: OutputChange) => void): void {
    for (const channel of this.#channels.values()) channel.onChange = listener;
  }

  /**
   * Carries out a command of the API. A later command replaces an earlier one. Answers undefined where there is no such
   * output; throws OutputRefused when it may not be switched now, NotDimmable where it knows no levels, and HardwareError
   * when the pin does not obey.
   */
  switch(id: string, wish: Wish): Output | undefined {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    carryOut(wish, channel, this.#clock);
    return this.#describe(channel);
  }

  /** This rule commands the output from now on, also while it wants nothing yet. A command that held for good ends. */
  own(output: string, rule: string): void {
    const channel = this.#channels.get(output);
    if (channel === undefined || channel.owner === rule) return;
    const { command, config, owner } = channel;
    channel.owner = rule;
    if (owner === null && command?.until === null && command.after === null) {
      channel.command = { ...command, until: this.#clock.monotonic() + config.override_s * 1000 };
    }
    channel.settle();
  }

  /** What its rule wants. Carried out when it may be; a pin that does not obey is tried again. The same again is nothing. */
  demand(output: string, on: boolean, { rule, why, endsCommand }: Origin): void {
    const channel = this.#channels.get(output);
    if (channel === undefined || channel.owner !== rule) return;
    const { demand } = channel;
    const isNew = demand?.on !== on || demand.rule !== rule || demand.isLast;
    if (endsCommand) channel.command = null;
    else if (!isNew) return;
    if (isNew) channel.renew();
    channel.demand = { rule, on, why, isLast: false };
    channel.settle();
  }

  /** A rule is over and says nothing of what comes then: the state stays, and nothing brings it back later. */
  rest(output: string, rule: string): void {
    const channel = this.#channels.get(output);
    if (channel?.demand?.rule !== rule || channel.demand.isLast) return;
    channel.demand = null;
    channel.settle();
  }

  /**
   * The rule is gone: the output goes to its safe state as soon as it may, and then belongs to nobody. What the longest
   * time on has switched off is not switched on for that.
   */
  release(output: string, rule: string): void {
    const channel = this.#channels.get(output);
    if (channel === undefined) return;
    const { owner, demand, config } = channel;
    if (owner === rule) channel.owner = null;
    // Another rule may have taken it over already; what this one wanted is over all the same.
    if (owner !== rule && demand?.rule !== rule) return;
    const on = config.safe === 'on';
    if (!on) channel.renew();
    channel.demand = { rule, on, why: `its rule ${rule} is gone`, isLast: true };
    channel.settle();
  }

  /**
   * Drives every output to its safe state, for good. One pin that fails does not keep the others unsafe, but for one: an
   * output is not switched on while another that excludes it may be on. Throws an AggregateError of what failed.
   */
  makeSafe(): void {
    const faults: unknown[] = [];
    const channels = [...this.#channels.values()];
    // All of them before the first is driven: what has waited for one to go off must not go on now.
    for (const channel of channels) channel.close();
    for (const channel of channels.sort((a, b) => offFirst(a.config, b.config))) {
      try {
        channel.goSafe();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'Not every output could be driven to its safe state.');
  }

  /** Makes safe what there is. Answers the fault that was the reason, with what did not obey then. */
  #giveUp(fault: Error): Error {
    try {
      this.makeSafe();
      return fault;
    } catch (unsafe) {
      const left = (unsafe as AggregateError).errors.map(({ message }) => message).join('; ');
      return new HardwareError(`${fault.message}; not every output is safe now: ${left}`, { cause: fault });
    }
  }

  #describe({ config, pin, heldBy, owner, command, demand }: Channel): Output {
    const untilMs = command?.until == null ? null : this.#clock.now() + command.until - this.#clock.monotonic();
    return {
      id: config.id,
      pin: config.pin,
      state: onOff(pin.on),
      level: pin.level,
      held_by: heldBy === 'start' || heldBy === 'stop' ? null : heldBy,
      until: untilMs === null ? null : toTimestamp(untilMs),
      rule: owner,
      demand: demand === null ? null : onOff(demand.on),
    };
  }
}
