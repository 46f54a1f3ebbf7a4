import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The two families of drivers that measure: industrial I/O and hardware monitoring. */
export type DeviceClass = 'iio' | 'hwmon';

/** A device with channels. */
export interface KernelDevice {
  /** Where its files are, links resolved: that names what it is connected to, and not only a number of today. */
  folder: string;
  name: string;
  /** What the device tree calls this one of several. */
  label: string | null;
  /** Name of what it is connected to: 1-0048 is address 0x48 on I2C bus 1. */
  parent: string;
}

/** Documentation/ABI/testing/sysfs-bus-iio and Documentation/hwmon/sysfs-interface.rst. */
const PLACES: Record<DeviceClass, { folder: string; pattern: RegExp }> = {
  iio: { folder: '/sys/bus/iio/devices', pattern: /^iio:device(\d+)$/ },
  hwmon: { folder: '/sys/class/hwmon', pattern: /^hwmon(\d+)$/ },
};

/** All devices of a class that are there now, in the kernel's order. Their numbers change from one start to the next. */
export async function kernelDevices(root: string, deviceClass: DeviceClass): Promise<KernelDevice[]> {
  const place = PLACES[deviceClass];
  const names = await readdir(join(root, place.folder)).catch(() => []);
  const numbered = names.flatMap((name) => {
    const number = place.pattern.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  numbered.sort((a, b) => a.number - b.number);
  const devices = await Promise.all(numbered.map(({ name }) => describe(join(root, place.folder, name))));
  return devices.filter((device) => device !== undefined);
}

/** Undefined where it went away in the meantime. */
async function describe(link: string): Promise<KernelDevice | undefined> {
  const folder = await realpath(link).catch(() => undefined);
  if (folder === undefined) return undefined;
  const name = await textOf(join(folder, 'name'));
  if (name === null) return undefined;
  return { folder, name, label: await textOf(join(folder, 'label')), parent: parentOf(folder) };
}

/** hwmon stands in a folder of that name below what it belongs to; older drivers and IIO stand there directly. */
function parentOf(folder: string): string {
  const above = dirname(folder);
  return basename(basename(above) === 'hwmon' ? dirname(above) : above);
}

/** Whether the device in this folder is still the one that was found there. */
export async function isStillThere(device: KernelDevice): Promise<boolean> {
  if ((await textOf(join(device.folder, 'name'))) !== device.name) return false;
  return device.label === null || (await textOf(join(device.folder, 'label'))) === device.label;
}

/** Null where there is no such file. */
export async function textOf(path: string): Promise<string | null> {
  return (await readFile(path, 'utf8').catch(() => null))?.trim() ?? null;
}
