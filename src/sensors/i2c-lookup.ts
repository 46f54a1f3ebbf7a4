import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { enable } from './config-txt.ts';
import type { Chip } from './i2c-chip.ts';
import { type KernelDevice, kernelDevices, textOf } from './kernel-devices.ts';
import { SensorError } from './sensor.ts';

interface Wanted {
  kind: string;
  chip: Chip;
  place: I2cPlace;
}

export interface I2cPlace {
  bus: number;
  /** As i2cdetect shows it: 0x76. */
  address: string;
}

/** A device that the kernel was told of or has found by itself. */
export interface I2cDevice extends I2cPlace {
  name: string;
  /** False where the kernel has no driver for it, or the driver found no such chip there. */
  hasDriver: boolean;
}

const DEVICES = '/sys/bus/i2c/devices';

/** The chip at an address; rejects with a SensorError that says what is there instead and what to do. */
export async function findChip({ kind, chip, place }: Wanted, root: string): Promise<KernelDevice> {
  const at = deviceName(place);
  const device = (await kernelDevices(root, chip.deviceClass)).find(({ parent }) => parent === at);
  if (device !== undefined && chip.names.includes(device.name)) return device;
  throw new SensorError(await whyNot({ kind, chip, place }, root));
}

/** Numbers of the I2C buses; 1 is that of the header. */
export async function i2cBuses(root: string): Promise<number[]> {
  const names = await readdir(join(root, DEVICES)).catch(() => []);
  return names.flatMap((name) => Number(/^i2c-(\d+)$/.exec(name)?.[1] ?? Number.NaN)).filter(Number.isInteger);
}

/** All devices that the kernel knows on its I2C buses. */
export async function i2cDevices(root: string): Promise<I2cDevice[]> {
  const names = await readdir(join(root, DEVICES)).catch(() => []);
  const found = names.sort().map(async (entry) => {
    const [, bus, address = ''] = /^(\d+)-([0-9a-f]{4})$/.exec(entry) ?? [];
    const name = bus === undefined ? null : await textOf(join(root, DEVICES, entry, 'name'));
    if (name === null) return [];
    const hasDriver = (await realpath(join(root, DEVICES, entry, 'driver')).catch(() => null)) !== null;
    return [{ bus: Number(bus), address: `0x${address.replace(/^0+(?=..)/, '')}`, name, hasDriver }];
  });
  return (await Promise.all(found)).flat();
}

/** The kernel's name of the device at an address: 1-0076. */
export function deviceName({ bus, address }: I2cPlace): string {
  return `${bus}-${address.slice(2).padStart(4, '0')}`;
}

/** What makes the kernel look for a chip. */
export function howToEnable({ kind, chip, place }: Wanted): string {
  return chip.overlay ? enable.i2cSensor(kind, place) : enable.i2cDevice(kind, place);
}

async function whyNot({ kind, chip, place }: Wanted, root: string): Promise<string> {
  const { bus, address } = place;
  const where = `at ${address} on I2C bus ${bus}`;
  if (!(await i2cBuses(root)).includes(bus)) {
    return `There is no I2C bus ${bus}${bus === 1 ? `: is ${enable.i2c} set?` : ''}`;
  }
  const onBus = (await i2cDevices(root)).filter((device) => device.bus === bus);
  const there = onBus.find((device) => device.address === address);
  if (there !== undefined && !there.hasDriver) {
    return `The kernel was told of ${there.name} ${where}, but its driver did not find one: check wiring and address`;
  }
  if (there !== undefined && chip.names.includes(there.name)) {
    return `The kernel drives ${there.name} ${where}, but shows no ${chip.deviceClass} device of it`;
  }
  if (there !== undefined) return `The kernel drives ${there.name} ${where}, not ${kind}`;
  const others = onBus.map((device) => `${device.name} at ${device.address}`).join(', ') || 'nothing';
  return `No ${kind} ${where}; the kernel knows there: ${others}. Is it enabled? ${howToEnable({ kind, chip, place })}`;
}
