import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { HardwareError } from '../hardware/driver.ts';
import { findHeaderChip } from '../hardware/gpiochip/chip.ts';
import { type KernelSensorConfig, kernelSource } from '../sensors/build.ts';
import { enable } from '../sensors/config-txt.ts';
import { oneWireDevices } from '../sensors/ds18b20.ts';
import { i2cBuses, i2cDevices } from '../sensors/i2c-lookup.ts';
import { textOf } from '../sensors/kernel-devices.ts';
import { candidates } from './candidates.ts';
import { withUniqueIds } from './ids.ts';

/** What a machine has, as it is told to a person. */
export interface Surroundings {
  /** Sentences about the machine and its pins. */
  machine: string[];
  /** Sensors as they may stand in the configuration, each with what it says now. */
  sensors: { entry: KernelSensorConfig; now: string }[];
  /** What is not there, and what would make it appear. */
  hints: string[];
}

/** Looks at a machine without changing anything; `root` is the folder that stands for `/`. */
export async function lookAround(root: string): Promise<Surroundings> {
  const model = (await textOf(join(root, '/proc/device-tree/model')))?.replaceAll('\0', '').trim() ?? null;
  const isPi = model?.startsWith('Raspberry Pi') ?? false;
  const sensors: Surroundings['sensors'] = [];
  // One after the other, as the server does: they share buses.
  for (const entry of withUniqueIds(await candidates(root)))
    sensors.push({ entry, now: await presentValue(entry, root) });
  return {
    machine: [model ?? 'This is not a Raspberry Pi.', await pins(root)],
    sensors,
    hints: [...shuntHints(sensors), ...(isPi ? [...(await oneWireHints(root)), ...(await i2cHints(root))] : [])],
  };
}

async function pins(root: string): Promise<string> {
  try {
    const chip = await findHeaderChip({ devRoot: join(root, 'dev') });
    if (chip !== undefined) return `Pins: ${chip.path} (${chip.label}).`;
    return 'Pins: there is no header of a Raspberry Pi; the server would simulate one.';
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return `Pins: ${error.message}.`;
  }
}

async function presentValue(entry: KernelSensorConfig, root: string): Promise<string> {
  const source = await kernelSource(entry, { root, clock: systemClock });
  try {
    return `${await source.read()} ${source.unit ?? ''}`.trim();
  } catch (error) {
    return `no value: ${(error as Error).message}`;
  }
}

function shuntHints(sensors: Surroundings['sensors']): string[] {
  if (!sensors.some(({ entry }) => entry.kind === 'ina219')) return [];
  return [
    'ina219: the kernel takes the shunt for 0.01 Ω unless told; where the board has 0.1 Ω, add shunt_ohm: 0.1 to current and power.',
  ];
}

async function oneWireHints(root: string): Promise<string[]> {
  const devices = await oneWireDevices(root);
  if (devices === null) return [`No 1-wire bus. For a DS18B20 on GPIO 4: ${enable.oneWire}, then restart.`];
  const ghosts = devices.filter((name) => name.startsWith('00-'));
  if (ghosts.length > 0)
    return ['1-wire: devices that begin with 00 are noise: is there a pull-up resistor of 4.7 kΩ?'];
  if (devices.length > 0) return [];
  return ['1-wire: a bus without a device: check the wiring, the pull-up resistor of 4.7 kΩ and the pin.'];
}

const HEADER_BUS = 1;

async function i2cHints(root: string): Promise<string[]> {
  if (!(await i2cBuses(root)).includes(HEADER_BUS)) {
    return [`No I2C bus on pins 3 and 5: ${enable.i2c}, then restart.`];
  }
  const devices = await i2cDevices(root);
  const silent = devices.filter(({ hasDriver }) => !hasDriver);
  if (devices.some(({ bus }) => bus === HEADER_BUS)) return silent.map(didNotAnswer);
  const place = { bus: HEADER_BUS, address: '0x76' };
  return [
    'I2C: the kernel was told of no chip on bus 1; "i2cdetect -y 1" shows the addresses that answer.',
    `I2C: for a BME280, for instance, ${enable.i2cSensor('bme280', place)}, then restart.`,
    `I2C: for a chip without such an overlay, until the next start: ${enable.i2cDevice('ina219', { ...place, address: '0x40' })}`,
    ...silent.map(didNotAnswer),
  ];
}

const didNotAnswer = ({ name, address, bus }: { name: string; address: string; bus: number }): string =>
  `I2C: ${name} at ${address} on bus ${bus} has no driver, or did not answer it: check wiring and address.`;
