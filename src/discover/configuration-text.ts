import { Document, type Scalar, type YAMLMap } from 'yaml';
import { ConfigSchema } from '../../schemas/config.ts';
import type { KernelSensorConfig } from '../sensors/build.ts';
import type { Surroundings } from './surroundings.ts';

const MOST_SENSORS = ConfigSchema.properties.sensors.maxItems ?? Number.POSITIVE_INFINITY;

/** A configuration file with all sensors of the machine, and everything else as comments. */
export function configurationText({ machine, sensors, hints }: Surroundings): string {
  const taken = sensors.slice(0, MOST_SENSORS);
  const rest = sensors.length - taken.length;
  return [
    ...comments(machine),
    '',
    ...(taken.length > 0 ? [sensorList(taken)] : comments(NOTHING)),
    ...comments(rest > 0 ? [`${rest} more sensors were found; a configuration holds ${MOST_SENSORS}.`] : []),
    ...comments(hints),
  ]
    .join('\n')
    .concat('\n');
}

const NOTHING = [
  'No sensor was found. The server runs all the same, with made-up values; for trying it out, add for instance:',
  'sensors: [{ id: demo, kind: simulated, unit: °C }]',
];

const HOW = ' Paste what you need into the configuration file, and choose ids: they are the names in the API.';

function sensorList(sensors: Surroundings['sensors']): string {
  const document = new Document({ sensors: sensors.map(({ entry }) => withoutDefaults(entry)) });
  document.commentBefore = HOW;
  for (const [index, { now }] of sensors.entries()) {
    const item = document.getIn(['sensors', index]) as YAMLMap;
    item.flow = true;
    // A message may hold anything, and a line break would end the comment.
    item.comment = ` ${oneLine(now)}`;
    const address = item.get('address', true) as Scalar | undefined;
    if (address !== undefined) address.format = 'HEX';
  }
  return document.toString({ lineWidth: 0 });
}

function withoutDefaults(entry: KernelSensorConfig): object {
  return Object.fromEntries(Object.entries(entry).filter(([key, value]) => DEFAULTS[key] !== value));
}

const DEFAULTS: Record<string, unknown> = { zone: 0, i2c_bus: 1, scale: 1, offset: 0 };

const comments = (sentences: readonly string[]): string[] => sentences.map((sentence) => `# ${oneLine(sentence)}`);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
