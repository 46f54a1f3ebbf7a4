import { join } from 'node:path';
import type { CpuSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import { readNumberFile } from './number-file.ts';
import type { Source } from './sensor.ts';

/** File of a thermal zone: thousandths of a degree Celsius (Documentation/driver-api/thermal/sysfs-api.rst). */
export function thermalZonePath(zone: number): string {
  return `/sys/class/thermal/thermal_zone${zone}/temp`;
}

/** The temperature of the processor in °C, rounded to 0.1: the zone's own steps are larger than that. */
export function cpuSource({ zone }: Pick<CpuSensorConfig, 'zone'>, root: string): Source {
  const path = thermalZonePath(zone);
  return {
    unit: '°C',
    source: path,
    bus: path,
    read: async () => Math.round((await readNumberFile(join(root, path))) / 100) / 10,
  };
}
