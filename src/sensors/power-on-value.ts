import type { SensorConfig } from '../../schemas/sensor-config.ts';
import { withoutBinaryNoise } from './number-file.ts';

/**
 * "The power-on reset value of the temperature register is +85°C" (DS18B20 datasheet, 19-7487, table 1; the same in those
 * of DS18S20, DS1822, DS1825 and DS28EA00): read where the chip lost its power during a measurement.
 */
export const POWER_ON_CELSIUS = 85;

/** A thermometer of the driver w1_therm, however its file is reached: by its bus, its master, or hardware monitoring. */
const ONE_WIRE_FILE = /\/(10|22|28|3b|42)-[0-9a-f]{12}\/(temperature|hwmon\/hwmon\d+\/temp1_input)$/;

/** What a sensor says before it has measured, in its own unit; null where there is no such value. */
export function powerOnValue(entry: SensorConfig): number | null {
  switch (entry.kind) {
    case 'ds18b20':
      return POWER_ON_CELSIUS;
    case 'sysfs':
      return ONE_WIRE_FILE.test(entry.path) ? converted(POWER_ON_CELSIUS * 1000, entry) : null;
    case 'hwmon':
      return entry.name === 'w1_slave_temp' && entry.channel === 'temp1' ? converted(POWER_ON_CELSIUS, entry) : null;
    default:
      return null;
  }
}

const converted = (value: number, { scale, offset }: { scale: number; offset: number }): number =>
  withoutBinaryNoise(value * scale + offset);
