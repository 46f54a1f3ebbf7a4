import type { Config } from '../../schemas/config.ts';
import { plausibleRange } from '../../schemas/datasheet-ranges.ts';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import type { Explanation } from '../validation/explain.ts';

/** What a schema cannot say: rules between values. */
export function crossChecks(config: Config): Explanation[] {
  const names = new Map<string, string>();
  const pins = new Map<number, string>();
  const faults: Explanation[] = [];
  const claim = <K>(taken: Map<K, string>, key: K, owner: string, pointer: string) => {
    const other = taken.get(key);
    if (other === undefined) taken.set(key, owner);
    else faults.push({ pointer, message: `is used twice: ${other} has it already` });
  };
  config.sensors.forEach((sensor, index) => {
    const at = `/sensors/${index}`;
    claim(names, sensor.id, `sensors[${index}]`, `${at}/id`);
    if (sensor.kind === 'gpio') claim(pins, sensor.pin, `sensors[${index}]`, `${at}/pin`);
    faults.push(...emptyRange(sensor, at));
  });
  if (3600 % config.uplink.window_s !== 0) {
    faults.push({ pointer: '/uplink/window_s', message: 'must divide an hour: 60, 300, 600, 900, …' });
  }
  if (config.uplink.url !== undefined && !URL.canParse(config.uplink.url)) {
    faults.push({ pointer: '/uplink/url', message: 'must be an address like https://example.org/ingest' });
  }
  config.outputs.forEach((output, index) => {
    const at = `/outputs/${index}`;
    claim(names, output.id, `outputs[${index}]`, `${at}/id`);
    claim(pins, output.pin, `outputs[${index}]`, `${at}/pin`);
  });
  return faults;
}

/** A range without a value in it, also where one end of it is that of the datasheet. */
function emptyRange(sensor: SensorConfig, at: string): Explanation[] {
  const { min, max } = plausibleRange(sensor);
  if (min === null || max === null || min < max) return [];
  return 'max' in sensor && sensor.max !== undefined
    ? [{ pointer: `${at}/max`, message: `must be more than min, which is ${min}` }]
    : [{ pointer: `${at}/min`, message: `must be less than max, which is ${max}` }];
}
