import type { OutputConfig } from '../../schemas/devices.ts';
import type { Action, Output } from '../../schemas/outputs.ts';
import { type Cancel, type Clock, toTimestamp } from '../clock.ts';
import type { Driver, OutputLine } from '../hardware/driver.ts';
import { onOff } from './state.ts';

interface Channel {
  readonly config: OutputConfig;
  readonly line: OutputLine;
  on: boolean;
  heldBy: Output['held_by'];
  /** Wall time at which a running pulse ends, for display; the timer itself runs on the clock that never jumps. */
  untilMs: number | null;
  cancelPulse: Cancel;
}

type FaultListener = (output: string, fault: Error) => void;

interface Surroundings {
  clock: Clock;
  /** Hears of a pin that did not obey when nobody was there to be told. */
  onFault: FaultListener;
}

const TRY_AGAIN_MS = 1000;

/** The outputs of this device: their states, running pulses and safe states. Switching is synchronous and in memory. */
export class OutputBank {
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #clock: Clock;
  readonly #onFault: FaultListener;

  private constructor(channels: Channel[], { clock, onFault }: Surroundings) {
    this.#channels = new Map(channels.map((channel) => [channel.config.id, channel]));
    this.#clock = clock;
    this.#onFault = onFault;
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
    const channels: Channel[] = [];
    try {
      for (const config of configs) channels.push(await claimChannel(config, driver));
    } catch (fault) {
      // The kernel keeps the levels of this process after its end.
      new OutputBank(channels, surroundings).makeSafe();
      throw fault;
    }
    return new OutputBank(channels, surroundings);
  }

  list(): Output[] {
    return [...this.#channels.values()].map(describe);
  }

  get(id: string): Output | undefined {
    const channel = this.#channels.get(id);
    return channel && describe(channel);
  }

  /** The state of every output by id; `true` is on. */
  states(): Record<string, boolean> {
    return Object.fromEntries([...this.#channels].map(([id, { on }]) => [id, on]));
  }

  /**
   * Switches an output. With a duration the output goes to the other state when the time is over, whatever happens to
   * the wall clock; a later command replaces a running pulse. Answers undefined where there is no such output, and
   * throws HardwareError when the pin does not obey.
   */
  switch(id: string, action: Action, durationS?: number): Output | undefined {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    const on = action === 'toggle' ? !channel.on : action === 'on';
    this.#drive(channel, on);
    channel.heldBy = 'api';
    if (durationS !== undefined) {
      const durationMs = durationS * 1000;
      channel.untilMs = this.#clock.now() + durationMs;
      channel.cancelPulse = this.#clock.after(durationMs, () => this.#endPulse(channel, !on));
    }
    return describe(channel);
  }

  /** Drives every output to its safe state and ends all pulses. One pin that fails does not keep the others unsafe. */
  makeSafe(): void {
    const faults: unknown[] = [];
    for (const channel of this.#channels.values()) {
      try {
        this.#drive(channel, channel.config.safe === 'on');
        channel.heldBy = null;
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'Not every output could be driven to its safe state.');
  }

  /** A pin that does not obey is tried again until it does: nobody waits for the end of a pulse to hear of it. */
  #endPulse(channel: Channel, on: boolean): void {
    try {
      this.#drive(channel, on);
      channel.heldBy = null;
    } catch (fault) {
      this.#onFault(channel.config.id, fault as Error);
      channel.cancelPulse = this.#clock.after(TRY_AGAIN_MS, () => this.#endPulse(channel, on));
    }
  }

  #drive(channel: Channel, on: boolean): void {
    channel.line.write(on);
    channel.on = on;
    channel.cancelPulse();
    channel.cancelPulse = () => {};
    channel.untilMs = null;
  }
}

async function claimChannel(config: OutputConfig, driver: Driver): Promise<Channel> {
  const on = (config.initial ?? config.safe) === 'on';
  const line = await driver.output(config.pin, { active: config.active, initial: on });
  return { config, line, on, heldBy: null, untilMs: null, cancelPulse: () => {} };
}

function describe({ config, on, heldBy, untilMs }: Channel): Output {
  return {
    id: config.id,
    pin: config.pin,
    state: onOff(on),
    held_by: heldBy,
    until: untilMs === null ? null : toTimestamp(untilMs),
  };
}
