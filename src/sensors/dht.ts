import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DhtConfig } from '../../schemas/chip-config.ts';
import type { Clock } from '../clock.ts';
import { channelSource } from './channel-source.ts';
import { enable } from './config-txt.ts';
import { type KernelDevice, kernelDevices } from './kernel-devices.ts';
import { SensorError, type Source } from './sensor.ts';

/**
 * The driver measures the lengths of pulses in software and misses some: half of its reads fail on a busy Pi. It answers
 * both quantities of one good frame for 2 s (drivers/iio/humidity/dht11.c).
 */
const TRIES = 5;
/** The chip is deaf for a moment after a frame. */
const PAUSE_MS = 250;

const CHANNEL = { temperature: 'temp', humidity: 'humidityrelative' } as const;

/** A DHT11 or DHT22 on a pin, by the kernel's driver, which is called dht11 for both. A frame that is missed is tried again. */
export async function dhtSource({ kind, pin, measure }: DhtConfig, root: string, clock: Clock): Promise<Source> {
  const on = pin === undefined ? '' : ` on GPIO ${pin}`;
  const source = await channelSource({
    deviceClass: 'iio',
    channel: CHANNEL[measure],
    source: `${kind}${on}, ${measure}`,
    find: () => findDht(pin, root),
    bus: `dht${on}`,
  });
  return { ...source, read: () => tryAgain(source.read, clock) };
}

async function tryAgain(read: () => Promise<number>, clock: Clock): Promise<number> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await read();
    } catch (error) {
      if (left === 0) throw new SensorError(`${(error as Error).message} (${TRIES} tries)`);
    }
    await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
  }
}

export const isDht = ({ name }: KernelDevice): boolean => /^dht11(@|$)/.test(name);

/** Rejects with SensorError that says what is there instead. */
async function findDht(pin: number | undefined, root: string): Promise<KernelDevice> {
  const all = (await kernelDevices(root, 'iio')).filter(isDht);
  const pins = await Promise.all(all.map(dhtPin));
  const fitting = all.filter((_device, index) => pin === undefined || pins[index] === pin);
  const [only, another] = fitting;
  const found = pins.map((known) => `GPIO ${known ?? '?'}`).join(', ');
  if (only === undefined) {
    const instead = all.length === 0 ? `is ${enable.dht(pin ?? 4)} set?` : `found on ${found}`;
    throw new SensorError(`No DHT11 or DHT22${pin === undefined ? '' : ` on GPIO ${pin}`}: ${instead}`);
  }
  if (another !== undefined) throw new SensorError(`There are several DHT sensors: add pin, one of ${found}`);
  return only;
}

/** The pin of a DHT sensor as the device tree has it: a handle, the pin, flags. Its name carries it in hexadecimal, too. */
export async function dhtPin({ folder, name }: KernelDevice): Promise<number | null> {
  const cells = await readFile(join(dirname(folder), 'of_node/gpios')).catch(() => null);
  if (cells !== null && cells.length >= 12) return cells.readUInt32BE(4);
  const address = /@([0-9a-f]+)$/.exec(name)?.[1];
  return address === undefined ? null : Number.parseInt(address, 16);
}
