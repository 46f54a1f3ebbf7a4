import type { Clock } from '../../clock.ts';
import { HardwareError, type PwmLine, type PwmOptions } from '../driver.ts';
import { toDuty, toLevel } from '../level.ts';
import { ChannelFiles } from './channel-files.ts';
import { findChannel, type PwmClass } from './find-channel.ts';

const NS_PER_S = 1e9;

/** PWM through the kernel's files: the chips make it, without a processor. */
export class SysfsPwm {
  readonly #class: PwmClass;
  readonly #clock: Pick<Clock, 'after'>;
  /** Pins by the name of the channel that dims them. */
  readonly #taken = new Map<string, number>();
  #open = true;

  constructor(place: PwmClass, clock: Pick<Clock, 'after'>) {
    this.#class = place;
    this.#clock = clock;
  }

  /** Whether the pin belongs to a channel here, and not to the GPIO chip. */
  has(pin: number): boolean {
    return [...this.#taken.values()].includes(pin);
  }

  /** Rejects with HardwareError where there is no such channel, no permission, or another pin has it. */
  async claim(pin: number, { active, initial, frequencyHz, ...place }: PwmOptions): Promise<PwmLine> {
    const channel = findChannel(this.#class, { pin, ...place });
    const holder = this.#taken.get(channel.name);
    if (holder !== undefined) {
      throw new HardwareError(`GPIO ${pin} cannot be dimmed: ${channel.name} is already taken by GPIO ${holder}`);
    }
    const periodNs = Math.round(NS_PER_S / frequencyHz);
    const toNs = (level: number) => Math.round(toDuty(pin, level, active) * periodNs);
    const files = new ChannelFiles(channel, { files: this.#class.files, clock: this.#clock });
    const dutyNs = toNs(initial);
    this.#taken.set(channel.name, pin);
    await files.start({ periodNs, dutyNs }).catch((error: unknown) => {
      this.#taken.delete(channel.name);
      throw error;
    });
    return {
      pin,
      write: (level) => {
        this.#refuseWhenClosed(pin);
        files.writeDuty(toNs(level));
      },
      read: () => {
        this.#refuseWhenClosed(pin);
        return toLevel(files.readDuty() / periodNs, active);
      },
    };
  }

  /** Signals go on: to give a channel back to the kernel ends its signal, whatever the load behind it makes of that. */
  close(): void {
    this.#open = false;
    this.#taken.clear();
  }

  #refuseWhenClosed(pin: number): void {
    if (!this.#open) throw new HardwareError(`GPIO ${pin} cannot be dimmed: it is released`);
  }
}
