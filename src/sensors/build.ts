import { existsSync } from 'node:fs';
import type { Config } from '../../schemas/config.ts';
import type { SensorConfig } from '../../schemas/devices.ts';
import type { Clock } from '../clock.ts';
import type { Driver } from '../hardware/driver.ts';
import { cpuSensor, thermalZonePath } from './cpu.ts';
import { gpioSensor } from './gpio.ts';
import type { Sensor } from './sensor.ts';
import { CPU_WAVE, simulatedSensor } from './simulated.ts';
import { sysfsSensor } from './sysfs.ts';

interface Parts {
  driver: Driver;
  clock: Clock;
  /** Folder that stands for `/`: tests put their own kernel files there. */
  root: string;
}

type Source = Pick<Sensor, 'unit' | 'bus' | 'read' | 'onChange'> & { simulated?: boolean };

/** The configured sensors, their input lines claimed. Rejects with HardwareError when a line cannot be had. */
export async function buildSensors(config: Pick<Config, 'sensors' | 'collect'>, parts: Parts): Promise<Sensor[]> {
  const sensors: Sensor[] = [];
  for (const entry of config.sensors) {
    const source = await sourceOf(entry, parts);
    sensors.push({
      id: entry.id,
      kind: entry.kind,
      min: ('min' in entry ? entry.min : undefined) ?? null,
      max: ('max' in entry ? entry.max : undefined) ?? null,
      // One missed reading is a hiccup; three in a row are a fault.
      staleAfterS: entry.stale_after_s ?? 3 * config.collect.interval_s,
      simulated: false,
      ...source,
    });
  }
  return sensors;
}

async function sourceOf(entry: SensorConfig, { driver, clock, root }: Parts): Promise<Source> {
  switch (entry.kind) {
    case 'cpu':
      // Only together with simulated pins: on real hardware a missing zone is a failed reading, not a made-up one.
      return driver.simulated && !existsSync(thermalZonePath(root, entry.zone))
        ? { ...simulatedSensor(CPU_WAVE, '°C', clock), simulated: true }
        : cpuSensor(entry, root);
    case 'sysfs':
      return sysfsSensor(entry, root);
    case 'gpio': {
      const { pin, pull, active, debounce_ms: debounceMs } = entry;
      return {
        ...gpioSensor(entry, await driver.input(pin, { pull, active, debounceMs })),
        simulated: driver.simulated,
      };
    }
    case 'simulated':
      return { ...simulatedSensor(entry, entry.unit, clock), simulated: true };
  }
}
