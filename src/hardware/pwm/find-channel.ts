import { basename, join } from 'node:path';
import { HardwareError, HardwareUnsupported, type PwmOptions } from '../driver.ts';
import type { PwmFiles } from './files.ts';

/** One output of a PWM chip of the kernel. */
export interface Channel {
  /** Folder of the chip, like /sys/class/pwm/pwmchip0. */
  chip: string;
  number: number;
  /** For people: "channel 0 of pwmchip0 (fe20c000.pwm)". */
  name: string;
}

/** The kernel's PWM class, usually /sys/class/pwm. */
export interface PwmClass {
  files: PwmFiles;
  folder: string;
}

export type Wanted = { pin: number } & Pick<PwmOptions, 'chip' | 'channel'>;

interface Chip {
  folder: string;
  /** Last part of the device's path. */
  device: string;
}

/**
 * The header's own PWM by the end of its device's name: an address, which stays, while chips are numbered in the order of
 * their loading. First Pi 0 to 4: two channels, each on two pins. Then the Pi 5: four channels.
 */
const HEADERS: readonly { device: RegExp; channels: ReadonlyMap<number, number> }[] = [
  { device: /20c000\.pwm$/, channels: new Map([[12, 0], [18, 0], [13, 1], [19, 1]]) }, // biome-ignore format: a table
  { device: /98000\.pwm$/, channels: new Map([[12, 0], [13, 1], [18, 2], [19, 3]]) }, // biome-ignore format: a table
];

const FIRST_PAIR = 'dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4';
const SECOND_PAIR = 'dtoverlay=pwm-2chan';
const OVERLAY_BY_PIN: ReadonlyMap<number, string> = new Map([
  [12, FIRST_PAIR],
  [13, FIRST_PAIR],
  [18, SECOND_PAIR],
  [19, SECOND_PAIR],
]);

/** The channel that dims a pin: the named one, else the header's own. Throws HardwareError where there is none. */
export function findChannel({ files, folder }: PwmClass, wanted: Wanted): Channel {
  const chips = listChips({ files, folder });
  const found = wanted.chip === undefined ? headerChip(chips, wanted.pin) : namedChip(chips, wanted.chip);
  const name = `${basename(found.folder)} (${found.device})`;
  const number = wanted.channel ?? channelOf(found, wanted.pin, name);
  const channels = Number(files.read(join(found.folder, 'npwm')));
  if (number >= channels) throw new HardwareError(`${name} has no channel ${number}: it has 0 to ${channels - 1}`);
  return { chip: found.folder, number, name: `channel ${number} of ${name}` };
}

function listChips({ files, folder }: PwmClass): Chip[] {
  const names = files.list(folder).filter((name) => /^pwmchip\d+$/.test(name));
  return names.map((name) => ({
    folder: join(folder, name),
    device: basename(files.resolve(join(folder, name, 'device'))),
  }));
}

function headerChip(chips: readonly Chip[], pin: number): Chip {
  const overlay = OVERLAY_BY_PIN.get(pin);
  if (overlay === undefined) {
    throw new HardwareUnsupported(
      `GPIO ${pin} cannot be dimmed: the PWM of the header is on GPIO 12, 13, 18 and 19. Name chip and channel of ` +
        'another one, or use pigpio, which dims every pin of a Raspberry Pi 0 to 4',
    );
  }
  const chip = chips.find(({ device }) => HEADERS.some((header) => header.device.test(device)));
  if (chip) return chip;
  throw new HardwareUnsupported(
    `GPIO ${pin} cannot be dimmed: the PWM of the header is off. Add "${overlay}" to /boot/firmware/config.txt and reboot`,
  );
}

function namedChip(chips: readonly Chip[], number: number): Chip {
  const chip = chips.find(({ folder }) => basename(folder) === `pwmchip${number}`);
  if (chip) return chip;
  const seen = chips.map(({ folder, device }) => `${basename(folder)} (${device})`).join(', ');
  throw new HardwareError(`There is no pwmchip${number}: this machine has ${seen === '' ? 'none' : seen}`);
}

function channelOf(chip: Chip, pin: number, name: string): number {
  const channel = HEADERS.find(({ device }) => device.test(chip.device))?.channels.get(pin);
  if (channel !== undefined) return channel;
  throw new HardwareError(`GPIO ${pin}: which channel of ${name} is meant? Only the header's own follow from the pin`);
}
