import { type Static, Type } from '@sinclair/typebox';
import { OutputConfigSchema } from './devices.ts';
import { HttpConfigSchema } from './http-config.ts';
import { IdSchema, OneOf } from './primitives.ts';
import { RuleConfigSchema } from './rules.ts';
import { SensorConfigSchema } from './sensor-config.ts';
import { StoreConfigSchema } from './store-config.ts';
import { UplinkConfigSchema } from './uplink-config.ts';

const strict = { additionalProperties: false, default: {} };

/**
 * The whole configuration: file, environment, defaults, types and documentation come from here.
 * `env` names the environment variable that wins over the file; `envOnly` marks a secret that a file may not hold,
 * `mayHoldSecret` a value that is never shown.
 */
export const ConfigSchema = Type.Object(
  {
    device: Type.Object(
      {
        id: Type.Optional(
          Type.String({
            pattern: IdSchema.pattern as string,
            'x-expected': IdSchema['x-expected'],
            env: 'EDGE_DEVICE_ID',
            description:
              'Name of this device in answers and upstream, of which each has its own. Without it: the host name and four ' +
              'digits that belong to the machine, kept in the data directory; one that was in use before stays `pi`.',
          }),
        ),
        name: Type.String({
          default: 'Pi Edge API',
          minLength: 1,
          maxLength: 80,
          description: 'Title of the docs page.',
        }),
      },
      { ...strict, description: 'Who this device is.' },
    ),
    hardware: Type.Object(
      {
        driver: OneOf(['auto', 'pigpio', 'gpiochip', 'simulated'], {
          default: 'auto',
          env: 'EDGE_HARDWARE',
          description:
            'Way to the pins. `auto` takes the header of a Pi, and simulates only where there is none. ' +
            'A driver that is named here and does not work ends the start.',
        }),
      },
      { ...strict, description: 'How the pins are reached.' },
    ),
    collect: Type.Object(
      {
        interval_s: Type.Number({
          default: 10,
          minimum: 0.1,
          maximum: 3600,
          env: 'EDGE_COLLECT_INTERVAL_S',
          description: 'Seconds from one reading of all sensors to the next.',
        }),
      },
      { ...strict, description: 'When sensors are read.' },
    ),
    sensors: Type.Array(SensorConfigSchema, {
      maxItems: 100,
      default: [
        { id: 'cpu_temp_c', kind: 'cpu' },
        { id: 'button', kind: 'gpio', pin: 27, pull: 'up', active: 'low' },
      ],
      description: 'What is read. Without this list: the processor temperature, and a button on BCM 27.',
    }),
    outputs: Type.Array(OutputConfigSchema, {
      maxItems: 28,
      default: [{ id: 'led', pin: 17 }],
      description: 'What can be switched. Without this list: an LED on BCM 17.',
    }),
    rules: Type.Array(RuleConfigSchema, {
      maxItems: 100,
      default: [],
      description: 'What the device decides by itself.',
    }),
    alerts: Type.Object(
      {
        max_per_hour: Type.Integer({
          default: 12,
          minimum: 1,
          maximum: 3600,
          description:
            'Alerts that one rule raises of one cause: so many at once, then so many an hour. A rule that flaps beyond that ' +
            'keeps its alert open, and counts in it. Its output is switched all the same.',
        }),
      },
      { ...strict, description: 'What rules tell.' },
    ),
    store: StoreConfigSchema,
    clock: Type.Object(
      {
        trust: OneOf(['auto', 'timesyncd', 'chrony', 'always'], {
          default: 'auto',
          env: 'EDGE_CLOCK_TRUST',
          description:
            'Who says that the wall clock is right after a start. `auto`: systemd-timesyncd, chrony or the kernel, ' +
            'which every such service tells (ntpd, ntpsec, openntpd), and at once where the pins are simulated. `always` is for devices with a battery clock and no network time.',
        }),
      },
      { ...strict, description: 'When the time can be trusted: nothing goes upstream before.' },
    ),
    uplink: UplinkConfigSchema,
    http: HttpConfigSchema,
    log: Type.Object(
      {
        level: OneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
          default: 'info',
          env: 'LOG_LEVEL',
          description: 'Least important line that is logged.',
        }),
      },
      { ...strict, description: 'The log, as JSON lines on standard output.' },
    ),
  },
  { $id: 'Config', additionalProperties: false, title: 'Configuration of pi-edge-api' },
);
export type Config = Static<typeof ConfigSchema>;
