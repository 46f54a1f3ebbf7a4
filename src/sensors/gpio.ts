import type { GpioSensorConfig } from '../../schemas/devices.ts';
import type { InputLine } from '../hardware/driver.ts';
import { type Sensor, SensorError } from './sensor.ts';

/** A digital input: 1 when active, else 0. It notices changes by itself, between readings. */
export function gpioSensor(
  config: GpioSensorConfig,
  line: InputLine,
): Pick<Sensor, 'unit' | 'bus' | 'read' | 'onChange'> {
  return {
    unit: null,
    bus: `gpio ${config.pin}`,
    async read() {
      try {
        return line.read() ? 1 : 0;
      } catch (error) {
        throw new SensorError((error as Error).message);
      }
    },
    onChange: (listener) => line.onEdge((active) => listener(active ? 1 : 0)),
  };
}
