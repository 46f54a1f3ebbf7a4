import type { OutputConfig } from '../../schemas/devices.ts';
import type { Output } from '../../schemas/outputs.ts';
import { type Clock, toTimestamp } from '../clock.ts';
import type { Driver } from '../hardware/driver.ts';
import { NotDimmable, type OutputChange, OutputRefused } from './change.ts';
import { Channel, type Surroundings } from './channel.ts';
import { claimLine } from './line.ts';
import { refuseWhereForbidden } from './refuse.ts';
import { onOff } from './state.ts';

/** What the API may ask of an output. */
export interface Wish {
  /** Either this or a level. */
  action?: 'on' | 'off' | 'toggle' | 'auto' | undefined;
  /** From 0, which is off, to 1. */
  level?: number | undefined;
  /** Makes it a pulse: seconds after which the output goes back. */
  durationS?: number | undefined;
  /** Seconds for which it holds an output that a rule commands. */
  holdS?: number | undefined;
}

/** The outputs of this device: their states, commands, rules and safe states. Switching is synchronous and in memory. */
export class OutputBank {
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #clock: Clock;

  private constructor(channels: readonly Channel[], clock: Clock) {
    this.#channels = new Map(channels.map((channel) => [channel.config.id, channel]));
    this.#clock = clock;
    for (const channel of channels) {
      const { id, excludes } = channel.config;
      channel.partners = channels.filter(
        ({ config }) => config.id !== id && (excludes.includes(config.id) || config.excludes.includes(id)),
      );
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
      new OutputBank([...channels.values()], surroundings.clock).makeSafe();
      throw fault;
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
    return Object.fromEntries([...this.#channels].map(([id, { on }]) => [id, on]));
  }

  /** Counts changes: while it stands still, so do the states. */
  get changes(): number {
    let changes = 0;
    for (const { driven } of this.#channels.values()) changes += driven;
    return changes;
  }

  /** Ids of the outputs whose pins do not obey, with the wall time since when. */
  failing(): { id: string; since: number }[] {
    return [...this.#channels].flatMap(([id, { failingSince }]) =>
      failingSince === null ? [] : [{ id, since: failingSince }],
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
  switch(id: string, { action, level, durationS, holdS }: Wish): Output | undefined {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    if (channel.closed) throw new OutputRefused(`The server is stopping: ${id} is in its safe state`);
    if (action === 'auto') {
      if (channel.demand === null) throw new OutputRefused(`No rule commands ${id}: say on or off`);
      channel.command = null;
      channel.settle();
      return this.#describe(channel);
    }
    if (level !== undefined && channel.onlyOnOff !== undefined) {
      throw new NotDimmable(`${id} cannot be dimmed: ${channel.onlyOnOff}`);
    }
    const on = level === undefined ? wantedBy(action, channel) : level > 0;
    refuseWhereForbidden(channel, on, durationS);
    const before = channel.command;
    const heldForS = durationS ?? (channel.demand === null ? undefined : (holdS ?? channel.config.override_s));
    const until = heldForS === undefined ? null : this.#clock.monotonic() + heldForS * 1000;
    channel.command = { on, level: level || 1, until, after: durationS === undefined ? null : !on };
    channel.renew();
    try {
      channel.carryOut();
    } catch (fault) {
      channel.command = before;
      throw fault;
    }
    return this.#describe(channel);
  }

  /** What a rule wants. Carried out when it may be; a pin that does not obey is tried again. The same again is nothing. */
  demand(output: string, on: boolean, { rule, why }: { rule: string; why: string }): void {
    const channel = this.#channels.get(output);
    if (channel === undefined) return;
    const { demand, command, config } = channel;
    if (demand?.on === on && demand.rule === rule && !demand.isLast) return;
    if (demand === null && command?.until === null) {
      channel.command = { ...command, until: this.#clock.monotonic() + config.override_s * 1000 };
    }
    channel.renew();
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

  /** The rule is gone: the output goes to its safe state as soon as it may, and then belongs to nobody. */
  release(output: string, rule: string): void {
    const channel = this.#channels.get(output);
    if (channel?.demand?.rule !== rule) return;
    const on = channel.config.safe === 'on';
    if (!on) channel.renew();
    channel.demand = { rule, on, why: `its rule ${rule} is gone`, isLast: true };
    channel.settle();
  }

  /** Drives every output to its safe state, for good. One pin that fails does not keep the others unsafe. */
  makeSafe(): void {
    const faults: unknown[] = [];
    const offFirst = [...this.#channels.values()].sort((a, b) => a.config.safe.localeCompare(b.config.safe));
    for (const channel of offFirst) {
      try {
        channel.close();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'Not every output could be driven to its safe state.');
  }

  #describe({ config, on, level, heldBy, command, demand }: Channel): Output {
    const untilMs = command?.until == null ? null : this.#clock.now() + command.until - this.#clock.monotonic();
    return {
      id: config.id,
      pin: config.pin,
      state: onOff(on),
      level,
      held_by: heldBy === 'start' || heldBy === 'stop' ? null : heldBy,
      until: untilMs === null ? null : toTimestamp(untilMs),
      rule: demand?.rule ?? null,
      demand: demand === null ? null : onOff(demand.on),
    };
  }
}

const wantedBy = (action: Wish['action'], { on }: Channel): boolean => (action === 'toggle' ? !on : action === 'on');
