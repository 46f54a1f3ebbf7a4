import type { GpioSensorConfig } from '../../schemas/sensor-config.ts';
import type { InputLine } from '../hardware/driver.ts';
import { SensorError, type Source } from './sensor.ts';

/** A digital input: 1 when active, else 0. It notices changes by itself, between readings. */
export function gpioSource(config: Pick<GpioSensorConfig, 'pin'>, line: InputLine): Source {
  return {
    unit: null,
    source: `GPIO ${config.pin}`,
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
