import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { HwmonSensorSchema, IioSensorSchema } from '../../schemas/kernel-sensor-config.ts';
import type { KernelSensorConfig } from '../sensors/build.ts';
import { CHANNELS } from '../sensors/channel-source.ts';
import { dhtPin, isDht } from '../sensors/dht.ts';
import { isThermometer, oneWireDevices } from '../sensors/ds18b20.ts';
import { CHIPS } from '../sensors/i2c-chip.ts';
import { type DeviceClass, type KernelDevice, kernelDevices, textOf } from '../sensors/kernel-devices.ts';

/** A kernel's sensor that nobody has named yet: the id is a proposal, and may come twice. */
type Candidate = KernelSensorConfig;

/** Everything that this machine can measure, each thing once, by the name that a person would choose. */
export async function candidates(root: string): Promise<Candidate[]> {
  const all = [await thermalZones(root), await thermometers(root)];
  for (const deviceClass of ['iio', 'hwmon'] as const) all.push(await channels(root, deviceClass));
  return all.flat();
}

async function thermalZones(root: string): Promise<Candidate[]> {
  const folder = join(root, '/sys/class/thermal');
  const names = await readdir(folder).catch(() => []);
  const zones = names.flatMap((name) => Number(/^thermal_zone(\d+)$/.exec(name)?.[1] ?? Number.NaN));
  const sorted = zones.filter(Number.isInteger).sort((a, b) => a - b);
  return Promise.all(
    sorted.map(async (zone) => {
      const type = (await textOf(join(folder, `thermal_zone${zone}`, 'type'))) ?? `zone ${zone}`;
      return { id: zone === 0 ? 'cpu_temp_c' : `${type}_c`, kind: 'cpu', zone } as const;
    }),
  );
}

async function thermometers(root: string): Promise<Candidate[]> {
  const names = (await oneWireDevices(root)) ?? [];
  return names.filter(isThermometer).map((name) => {
    const id = `${name.startsWith('28-') ? 'ds18b20' : 'w1'}_${name.slice(-4)}`;
    return { id, kind: 'ds18b20', serial: name } as const;
  });
}

async function channels(root: string, deviceClass: DeviceClass): Promise<Candidate[]> {
  const devices = await kernelDevices(root, deviceClass);
  const found = devices.filter(isNotShownElsewhere).map(async (device) => {
    const files = await readdir(device.folder).catch(() => []);
    const present = CHANNELS[deviceClass].channelsIn(files);
    const isAlone = devices.filter(({ name }) => name === device.name).length === 1;
    if (deviceClass === 'iio' && isDht(device)) return dhtEntries(device, devices.filter(isDht).length > 1);
    return chipEntries(device, present) ?? namedEntries(device, { deviceClass, present, isAlone });
  });
  return (await Promise.all(found)).flat();
}

/**
 * The driver is the same for both, and tells them apart by what they say: only a DHT22 has decimals. One that says whole
 * numbers, or nothing, may be either.
 */
async function dhtEntries(device: KernelDevice, isOneOfSeveral: boolean): Promise<Candidate[]> {
  const thousandths = await textOf(join(device.folder, 'in_humidityrelative_input'));
  const kind = thousandths?.endsWith('000') ? 'dht11' : 'dht22';
  const pin = isOneOfSeveral ? await dhtPin(device) : null;
  const place = pin === null ? {} : { pin };
  return (['temperature', 'humidity'] as const).map((measure) => ({
    id: `${kind}_${measure}`,
    kind,
    ...place,
    measure,
  }));
}

/** Thermal zones, 1-wire thermometers and IIO channels are devices of hardware monitoring as well. */
function isNotShownElsewhere({ name, parent }: KernelDevice): boolean {
  return (
    !name.startsWith('iio_hwmon') && !/^thermal_zone\d+$/.test(parent) && !/^[0-9a-f]{2}-[0-9a-f]{12}$/.test(parent)
  );
}

/** Entries by the name of the chip; undefined where it is none of those that are known by name. */
function chipEntries({ name, parent }: KernelDevice, present: readonly string[]): Candidate[] | undefined {
  const [, bus, address] = /^(\d+)-00([0-9a-f]{2})$/.exec(parent) ?? [];
  const byName = Object.entries(CHIPS).find(([kind]) => kind === name);
  const [kind, chip] = byName ?? Object.entries(CHIPS).find(([, { names }]) => names.includes(name)) ?? [];
  if (bus === undefined || address === undefined || kind === undefined || chip === undefined) return undefined;
  return Object.entries(chip.channels)
    .filter(([, channel]) => present.includes(channel))
    .map(([measure]) => {
      const place = { i2c_bus: Number(bus), address: Number.parseInt(address, 16) };
      const what = kind === 'lm75' ? {} : { measure };
      return { id: `${kind}_${measure}`, kind, ...place, ...what } as Candidate;
    });
}

interface Found {
  deviceClass: DeviceClass;
  present: readonly string[];
  isAlone: boolean;
}

const SCHEMAS = { hwmon: HwmonSensorSchema, iio: IioSensorSchema };

/** Without those that no configuration takes, like a channel whose name is a formula. */
function namedEntries({ name, parent }: KernelDevice, { deviceClass, present, isAlone }: Found): Candidate[] {
  const device = isAlone ? {} : { device: parent };
  return present
    .map((channel) => ({ id: `${name}_${channel}`, kind: deviceClass, name, ...device, channel, scale: 1, offset: 0 }))
    .filter((entry) => Value.Check(SCHEMAS[deviceClass], { ...entry, id: 'a' }));
}
