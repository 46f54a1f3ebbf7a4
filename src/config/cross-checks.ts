import type { Config } from '../../schemas/config.ts';
import { plausibleRange } from '../../schemas/datasheet-ranges.ts';
import { ruleFaults } from '../../schemas/rule-faults.ts';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import { isNetwork } from '../http/addresses.ts';
import type { Explanation } from '../validation/explain.ts';
import { engineAt } from './engine-paths.ts';
import { isProxyAddress } from './proxies.ts';

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
  faults.push(...uplinkUrlFaults(config.uplink.url));
  if (config.uplink.proxy !== undefined && !isProxyAddress(config.uplink.proxy)) {
    faults.push({ pointer: '/uplink/proxy', message: 'must be an address like http://proxy.example.org:3128' });
  }
  config.http.trusted_proxies.forEach((proxy, index) => {
    if (isNetwork(proxy)) return;
    const message = 'must be an address like 192.168.1.10, or a network like 10.0.0.0/8';
    faults.push({ pointer: `/http/trusted_proxies/${index}`, message });
  });
  config.outputs.forEach((output, index) => {
    const at = `/outputs/${index}`;
    claim(names, output.id, `outputs[${index}]`, `${at}/id`);
    claim(pins, output.pin, `outputs[${index}]`, `${at}/pin`);
    const { min_on_s: minOnS, max_on_s: maxOnS } = output;
    if (minOnS !== undefined && maxOnS !== undefined && minOnS > maxOnS) {
      faults.push({ pointer: `${at}/max_on_s`, message: `must not be less than min_on_s, which is ${minOnS}` });
    }
  });
  return [...faults, ...excludesFaults(config), ...rulesFaults(config)];
}

function uplinkUrlFaults(url: string | undefined): Explanation[] {
  const pointer = '/uplink/url';
  if (url === undefined) return [];
  if (!URL.canParse(url)) return [{ pointer, message: 'must be an address like https://example.org/ingest' }];
  const engine = engineAt(url);
  if (engine === undefined) return [];
  const message =
    `must be the address of a receiver of docs/uplink-protocol.md: this is where ${engine} takes another format, ` +
    'and it would drop what this device sends without a word';
  return [{ pointer, message }];
}

/** Outputs that exclude each other are not on together from the start, nor in their safe states. */
function excludesFaults({ outputs }: Config): Explanation[] {
  return outputs.flatMap(({ id, excludes, safe, initial = safe }, index) =>
    excludes.flatMap((other, place) => {
      const pointer = `/outputs/${index}/excludes/${place}`;
      const partner = outputs.find((output) => output.id === other);
      if (partner === undefined || other === id) return [{ pointer, message: 'names no other output' }];
      const bothOn =
        (safe === 'on' && partner.safe === 'on') || (initial === 'on' && (partner.initial ?? partner.safe) === 'on');
      return bothOn ? [{ pointer, message: `is on together with ${id} at the start or when both are safe` }] : [];
    }),
  );
}

/** A rule fits the device, and no two have one name. */
function rulesFaults({ rules, sensors, outputs }: Config): Explanation[] {
  const names = new Set<string>();
  const commanded = new Map<string, string>();
  const surroundings = {
    sensors: new Set(sensors.map(({ id }) => id)),
    outputs: new Set(outputs.map(({ id }) => id)),
    commandedBy: (output: string) => commanded.get(output),
  };
  return rules.flatMap((rule, index) => {
    const found = ruleFaults(rule, surroundings);
    if (names.has(rule.id)) found.unshift({ member: 'id', message: 'is used twice: another rule has it already' });
    names.add(rule.id);
    if (rule.then !== undefined) commanded.set(rule.then.output, rule.id);
    return found.map(({ member, message }) => ({ pointer: `/rules/${index}/${member}`, message }));
  });
}

/** A range without a value in it, also where one end of it is that of the datasheet. */
function emptyRange(sensor: SensorConfig, at: string): Explanation[] {
  const { min, max } = plausibleRange(sensor);
  if (min === null || max === null || min < max) return [];
  return 'max' in sensor && sensor.max !== undefined
    ? [{ pointer: `${at}/max`, message: `must be more than min, which is ${min}` }]
    : [{ pointer: `${at}/min`, message: `must be less than max, which is ${max}` }];
}
