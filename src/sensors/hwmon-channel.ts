import { join } from 'node:path';
import type { ReadChannel, Unit } from './channel-source.ts';
import type { KernelDevice } from './kernel-devices.ts';
import { readNumberFile } from './number-file.ts';
import { SensorError } from './sensor.ts';

/** Documentation/hwmon/sysfs-interface.rst: mV, m°C, mA, µW, µJ, thousandths of a percent, revolutions a minute. */
const UNITS: Record<string, Unit> = {
  in: { unit: 'V', factor: 0.001 },
  temp: { unit: '°C', factor: 0.001 },
  curr: { unit: 'A', factor: 0.001 },
  power: { unit: 'W', factor: 1e-6 },
  energy: { unit: 'J', factor: 1e-6 },
  humidity: { unit: '%', factor: 0.001 },
  fan: { unit: 'rpm', factor: 1 },
};

export function hwmonUnit(channel: string): Unit {
  return UNITS[channel.replace(/\d+$/, '')] ?? { unit: null, factor: 1 };
}

/** The channels that these files belong to. */
export function hwmonChannels(files: Iterable<string>): string[] {
  return [...files].flatMap((file) => /^([a-z]+\d+)_input$/.exec(file)?.[1] ?? []).sort();
}

/** How to read a channel; null where the device does not have it. */
export function openHwmonChannel(
  { folder, name }: KernelDevice,
  files: ReadonlySet<string>,
  channel: string,
): ReadChannel | null {
  if (!files.has(`${channel}_input`)) return null;
  const input = join(folder, `${channel}_input`);
  const fault = files.has(`${channel}_fault`) ? join(folder, `${channel}_fault`) : null;
  return async () => {
    // "When this boolean has value 1, the measurement for that channel should not be trusted."
    if (fault !== null && (await readNumberFile(fault)) !== 0) {
      throw new SensorError(`${name} says that ${channel} has a fault: check what is connected to it`);
    }
    return readNumberFile(input);
  };
}
