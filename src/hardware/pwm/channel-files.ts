import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { HardwareError } from '../driver.ts';
import type { PwmFiles } from './files.ts';
import type { Channel } from './find-channel.ts';

/** What a channel is to give: electrically high for `dutyNs` of every `periodNs`. */
export interface Signal {
  periodNs: number;
  dutyNs: number;
}

interface Surroundings {
  files: PwmFiles;
  clock: Pick<Clock, 'after'>;
}

/** udev opens the files of a fresh channel to the group gpio when it gets round to it. */
const OPENED_WITHIN_MS = 3000;
const TRY_EVERY_MS = 50;

/** The files of one channel. Throws HardwareError with one sentence when the kernel refuses. */
export class ChannelFiles {
  readonly #channel: Channel;
  readonly #folder: string;
  readonly #files: PwmFiles;
  readonly #clock: Pick<Clock, 'after'>;

  constructor(channel: Channel, { files, clock }: Surroundings) {
    this.#channel = channel;
    this.#folder = join(channel.chip, `pwm${channel.number}`);
    this.#files = files;
    this.#clock = clock;
  }

  /** Gets the channel from the kernel and starts the signal. One that runs already, from the last start, goes over without a gap. */
  async start(signal: Signal): Promise<void> {
    if (!this.#files.has(this.#folder)) {
      await this.#patiently(() => this.#write(join(this.#channel.chip, 'export'), this.#channel.number));
    }
    await this.#patiently(() => this.#set(signal));
  }

  writeDuty(ns: number): void {
    this.#write(this.#path('duty_cycle'), ns);
  }

  readDuty(): number {
    return Number(this.#read('duty_cycle'));
  }

  #set({ periodNs, dutyNs }: Signal): void {
    if (this.#read('polarity') !== 'normal') {
      this.#write(this.#path('enable'), 0);
      this.#write(this.#path('polarity'), 'normal');
    }
    // At no time may the duty be longer than the period.
    if (Number(this.#read('duty_cycle')) > periodNs) this.writeDuty(dutyNs);
    if (Number(this.#read('period')) !== periodNs) this.#write(this.#path('period'), periodNs);
    this.writeDuty(dutyNs);
    if (this.#read('enable') !== '1') this.#write(this.#path('enable'), 1);
  }

  async #patiently(action: () => void): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += TRY_EVERY_MS) {
      try {
        return action();
      } catch (error) {
        if (!(error instanceof PermissionMissing) || waitedMs >= OPENED_WITHIN_MS) throw error;
      }
      await new Promise<void>((resolve) => void this.#clock.after(TRY_EVERY_MS, resolve));
    }
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  #read(file: string): string {
    return this.#try(this.#path(file), () => this.#files.read(this.#path(file)));
  }

  #write(path: string, value: number | string): void {
    this.#try(path, () => this.#files.write(path, String(value)), value);
  }

  #try<T>(path: string, call: () => T, value?: number | string): T {
    try {
      return call();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EACCES' || code === 'EPERM') throw new PermissionMissing(path);
      throw new HardwareError(this.#refusal(path, code, value), { cause: error });
    }
  }

  #refusal(path: string, code: string | undefined, value: number | string | undefined): string {
    const { name } = this.#channel;
    if (code === 'EROFS') return `${path} is closed to this service: docs/hardware.md says how to open it`;
    if (code === 'EBUSY' && path.endsWith('/export')) return `${name} is already taken by the kernel itself`;
    if (path.endsWith('/period')) return `${name} does not take a period of ${value} ns: ${code}`;
    return `${name} cannot be ${value === undefined ? 'read' : 'written'} (${path}): ${code}`;
  }
}

class PermissionMissing extends HardwareError {
  constructor(path: string) {
    super(`No permission on ${path}: PWM is for the group gpio, see docs/hardware.md`);
  }
}
