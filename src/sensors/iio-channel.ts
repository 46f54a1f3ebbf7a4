import { join } from 'node:path';
import type { ReadChannel, Unit } from './channel-source.ts';
import type { KernelDevice } from './kernel-devices.ts';
import { readNumberFile } from './number-file.ts';

/** Documentation/ABI/testing/sysfs-bus-iio: its units after scale and offset, and what people use instead. */
const UNITS: Record<string, Unit> = {
  temp: { unit: '°C', factor: 0.001 },
  voltage: { unit: 'V', factor: 0.001 },
  current: { unit: 'A', factor: 0.001 },
  power: { unit: 'W', factor: 0.001 },
  energy: { unit: 'J', factor: 1 },
  pressure: { unit: 'hPa', factor: 10 },
  humidityrelative: { unit: '%', factor: 0.001 },
  illuminance: { unit: 'lx', factor: 1 },
  concentration: { unit: 'ppm', factor: 10_000 },
  massconcentration: { unit: 'µg/m³', factor: 1 },
  resistance: { unit: 'Ω', factor: 1 },
  capacitance: { unit: 'nF', factor: 1 },
  electricalconductivity: { unit: 'S/m', factor: 1 },
  distance: { unit: 'm', factor: 1 },
  accel: { unit: 'm/s²', factor: 1 },
  anglvel: { unit: 'rad/s', factor: 1 },
  magn: { unit: 'G', factor: 1 },
  angl: { unit: 'rad', factor: 1 },
};

export function iioUnit(channel: string): Unit {
  return UNITS[typeOf(channel)] ?? { unit: null, factor: 1 };
}

/** The channels that these files belong to. */
export function iioChannels(files: Iterable<string>): string[] {
  const channels = [...files].flatMap((file) => /^in_([a-z][a-z0-9_-]*)_(?:raw|input)$/.exec(file)?.[1] ?? []);
  return [...new Set(channels)].sort();
}

/** How to read a channel; null where the device does not have it. */
export function openIioChannel(
  { folder }: KernelDevice,
  files: ReadonlySet<string>,
  channel: string,
): ReadChannel | null {
  const input = `in_${channel}_input`;
  if (files.has(input)) return () => readNumberFile(join(folder, input));
  const raw = `in_${channel}_raw`;
  if (!files.has(raw)) return null;
  const fileOf = (what: string) => spellings(channel).find((spelling) => files.has(`${spelling}${what}`));
  const [scale, offset] = ['scale', 'offset'].map((what) => {
    const spelling = fileOf(what);
    return spelling === undefined ? null : join(folder, `${spelling}${what}`);
  });
  return async () => {
    const [number, added, factor] = [
      await readNumberFile(join(folder, raw)),
      offset ? await readNumberFile(offset) : 0,
      scale ? await readNumberFile(scale) : 1,
    ];
    return (number + added) * factor;
  };
}

/** A scale belongs to one channel, or to all of its kind (`in_voltage_scale`, `in_voltage-voltage_scale`), or to all. */
function spellings(channel: string): string[] {
  const ofItsKind = channel.replace(/([a-z]{3,})\d+/g, '$1');
  return [`in_${channel}_`, `in_${ofItsKind}_`, `in_${typeOf(channel)}_`, 'in_', ''];
}

const typeOf = (channel: string): string => /^[a-z]+/.exec(channel)?.[0] ?? '';
