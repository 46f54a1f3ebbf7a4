import { join } from 'node:path';
import type { CpuSensorConfig } from '../../schemas/devices.ts';
import { readNumberFile } from './number-file.ts';
import type { Sensor } from './sensor.ts';

/** File of a thermal zone: thousandths of a degree Celsius (Documentation/driver-api/thermal/sysfs-api.rst). */
export function thermalZonePath(root: string, zone: number): string {
  return join(root, `/sys/class/thermal/thermal_zone${zone}/temp`);
}

/** The temperature of the processor in °C, rounded to 0.1: the zone's own steps are larger than that. */
export function cpuSensor(config: CpuSensorConfig, root: string): Pick<Sensor, 'unit' | 'bus' | 'read'> {
  const path = thermalZonePath(root, config.zone);
  return {
    unit: '°C',
    bus: path,
    read: async () => Math.round((await readNumberFile(path)) / 100) / 10,
  };
}
