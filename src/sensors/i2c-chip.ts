import { join } from 'node:path';
import type { I2cChipConfig, Ina219Config } from '../../schemas/chip-config.ts';
import { channelSource } from './channel-source.ts';
import { findChip } from './i2c-lookup.ts';
import type { DeviceClass } from './kernel-devices.ts';
import { readNumberFile } from './number-file.ts';
import type { Source } from './sensor.ts';

type ChipKind = I2cChipConfig['kind'];
type Measure = 'temperature' | 'pressure' | 'humidity' | 'voltage' | 'current' | 'power' | 'shunt';

export interface Chip {
  deviceClass: DeviceClass;
  /** What drivers call it. */
  names: readonly string[];
  channels: Partial<Record<Measure, string>>;
  /** Whether Raspberry Pi OS has an overlay for it. */
  overlay: boolean;
}

/** Drivers bmp280, lm75 and ina2xx of the kernel. */
export const CHIPS: Record<ChipKind, Chip> = {
  bmp280: {
    deviceClass: 'iio',
    // A BME280 is a BMP280 with one more channel.
    names: ['bmp280', 'bme280'],
    channels: { temperature: 'temp', pressure: 'pressure' },
    overlay: true,
  },
  bme280: {
    deviceClass: 'iio',
    names: ['bme280'],
    channels: { temperature: 'temp', pressure: 'pressure', humidity: 'humidityrelative' },
    overlay: true,
  },
  lm75: {
    deviceClass: 'hwmon',
    names: ['lm75', 'lm75a', 'lm75b'],
    channels: { temperature: 'temp1' },
    overlay: true,
  },
  ina219: {
    deviceClass: 'hwmon',
    names: ['ina219'],
    channels: { voltage: 'in1', current: 'curr1', power: 'power1', shunt: 'in0' },
    overlay: false,
  },
};

/** One quantity of a chip on I2C that the kernel has a driver for. */
export function chipSource(config: I2cChipConfig, root: string): Promise<Source> {
  const { kind, i2c_bus: bus } = config;
  const chip = CHIPS[kind];
  const measure = 'measure' in config ? config.measure : 'temperature';
  const place = { bus, address: `0x${config.address.toString(16)}` };
  return channelSource({
    deviceClass: chip.deviceClass,
    channel: chip.channels[measure] ?? measure,
    source: `${kind} at ${place.address} on I2C bus ${bus}, ${measure}`,
    find: () => findChip({ kind, chip, place }, root),
    correction: shuntCorrection(config),
    bus: `i2c-${bus}`,
  });
}

/** The kernel divides by the resistance that it was told, or by 0.01 Ω (Documentation/hwmon/ina2xx.rst). */
function shuntCorrection(config: I2cChipConfig): ((folder: string) => Promise<number>) | undefined {
  if (config.kind !== 'ina219' || config.shunt_ohm === undefined || !followsShunt(config)) return undefined;
  const { shunt_ohm: ohm } = config;
  return async (folder) => (await readNumberFile(join(folder, 'shunt_resistor'))) / 1e6 / ohm;
}

const followsShunt = ({ measure }: Ina219Config): boolean => measure === 'current' || measure === 'power';
