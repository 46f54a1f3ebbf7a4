import { join } from 'node:path';
import type { SysfsSensorConfig } from '../../schemas/devices.ts';
import { readNumberFile, withoutBinaryNoise } from './number-file.ts';
import type { Sensor } from './sensor.ts';

/** A file with one number: number x scale + offset, in the configured unit. */
export function sysfsSensor(config: SysfsSensorConfig, root: string): Pick<Sensor, 'unit' | 'bus' | 'read'> {
  const path = join(root, config.path);
  return {
    unit: config.unit,
    bus: busOf(config.path),
    read: async () => withoutBinaryNoise((await readNumberFile(path)) * config.scale + config.offset),
  };
}

/**
 * One wire, one reader: a DS18B20 holds the whole 1-wire bus for about 0.8 s, and every reader behind it would block
 * a thread of the pool for as long. A file elsewhere is a bus of its own.
 */
function busOf(path: string): string {
  return path.startsWith('/sys/bus/w1/') || path.includes('/w1_bus_master') ? 'w1' : path;
}
