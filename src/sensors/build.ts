import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import { plausibleRange } from '../../schemas/datasheet-ranges.ts';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import { staleAfterS } from '../../schemas/stale-after.ts';
import type { Clock } from '../clock.ts';
import type { Driver } from '../hardware/driver.ts';
import { cpuSource, thermalZonePath } from './cpu.ts';
import { dhtSource } from './dht.ts';
import { ds18b20Source } from './ds18b20.ts';
import { gpioSource } from './gpio.ts';
import { chipSource } from './i2c-chip.ts';
import { namedSource } from './named-device.ts';
import { powerOnValue } from './power-on-value.ts';
import type { Sensor, Source } from './sensor.ts';
import { CPU_WAVE, simulatedSource } from './simulated.ts';
import { sysfsSource } from './sysfs.ts';

interface KernelPlace {
  clock: Clock;
  /** Folder that stands for `/`: tests put their own kernel files there. */
  root: string;
}

interface Parts extends KernelPlace {
  driver: Driver;
}

/** Kinds that are files of the kernel, and need nothing else. */
export type KernelSensorConfig = Exclude<SensorConfig, { kind: 'gpio' | 'simulated' }>;

/** The configured sensors, their input lines claimed. Rejects with HardwareError when a line cannot be had. */
export async function buildSensors(config: Pick<Config, 'sensors' | 'collect'>, parts: Parts): Promise<Sensor[]> {
  const sensors: Sensor[] = [];
  for (const entry of config.sensors) {
    const source = await sourceOf(entry, parts);
    sensors.push({
      id: entry.id,
      kind: entry.kind,
      ...plausibleRange(entry),
      maxStepPerS: ('max_step_per_s' in entry ? entry.max_step_per_s : undefined) ?? null,
      stuckAfterS: ('stuck_after_s' in entry ? entry.stuck_after_s : undefined) ?? null,
      powerOnValue: powerOnValue(entry),
      staleAfterS: staleAfterS(entry, config.collect.interval_s),
      simulated: false,
      ...source,
    });
  }
  return sensors;
}

async function sourceOf(entry: SensorConfig, parts: Parts): Promise<Source & { simulated?: boolean }> {
  const { driver, clock, root } = parts;
  switch (entry.kind) {
    case 'cpu':
      // Only together with simulated pins: on real hardware a missing zone is a failed reading, not a made-up one.
      return driver.simulated && !existsSync(join(root, thermalZonePath(entry.zone)))
        ? { ...simulatedSource(CPU_WAVE, '°C', clock), simulated: true }
        : kernelSource(entry, { root, clock });
    case 'gpio': {
      const { pin, pull, active, debounce_ms: debounceMs } = entry;
      const line = await driver.input(pin, { pull, active, debounceMs });
      return { ...gpioSource(entry, line), simulated: driver.simulated };
    }
    case 'simulated':
      return { ...simulatedSource(entry, entry.unit, clock), simulated: true };
    default:
      return kernelSource(entry, { root, clock });
  }
}

/** Where a sensor that the kernel drives is read. It need not be there yet. */
export async function kernelSource(entry: KernelSensorConfig, { root, clock }: KernelPlace): Promise<Source> {
  switch (entry.kind) {
    case 'cpu':
      return cpuSource(entry, root);
    case 'sysfs':
      return sysfsSource(entry, root, clock);
    case 'ds18b20':
      return ds18b20Source(entry, root);
    case 'dht11':
    case 'dht22':
      return dhtSource(entry, root, clock);
    case 'hwmon':
    case 'iio':
      return namedSource(entry, root);
    default:
      return chipSource(entry, root);
  }
}
