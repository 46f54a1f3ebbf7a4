import { type Static, Type } from '@sinclair/typebox';
import { IdSchema, OneOf, PinSchema } from './primitives.ts';

const ActiveSchema = OneOf(['high', 'low'], { description: 'Electrical level that means on, pressed, closed.' });

const common = {
  id: IdSchema,
  stale_after_s: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 86400,
      description: 'Seconds without a good reading after which the sensor is stale; otherwise three intervals.',
    }),
  ),
};

const range = {
  min: Type.Optional(Type.Number({ description: 'Smallest plausible value; below it a reading is out of range.' })),
  max: Type.Optional(Type.Number({ description: 'Largest plausible value; above it a reading is out of range.' })),
};

const kind = { description: 'Kind of sensor.' };

const strict = { additionalProperties: false };

export const CpuSensorSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('cpu', kind),
    zone: Type.Integer({ default: 0, minimum: 0, maximum: 99, description: 'Number of the thermal zone.' }),
    ...range,
  },
  { ...strict, description: 'Temperature of the processor in °C, to 0.1: a thermal zone of the kernel.' },
);

export const SysfsSensorSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('sysfs', kind),
    path: Type.String({
      pattern: '^/',
      'x-expected': 'an absolute path, like /sys/class/hwmon/hwmon0/temp1_input',
      description: 'File that holds one number.',
    }),
    unit: Type.String({ minLength: 1, maxLength: 16, description: 'Unit after scale and offset.' }),
    scale: Type.Number({ default: 1, description: 'The number in the file is multiplied by this,' }),
    offset: Type.Number({ default: 0, description: 'and then this is added.' }),
    ...range,
  },
  { ...strict, description: 'Any file that holds one number: 1-wire, hwmon, IIO, …' },
);

export const GpioSensorSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('gpio', kind),
    pin: PinSchema,
    pull: OneOf(['up', 'down', 'off'], { default: 'off', description: 'Resistor inside the chip.' }),
    active: { ...ActiveSchema, default: 'high' },
    debounce_ms: Type.Integer({
      default: 20,
      minimum: 0,
      maximum: 1000,
      description: 'A level counts once it holds this long.',
    }),
  },
  {
    ...strict,
    description:
      'A digital input: 1 when active, else 0. Status follows it at once; what is stored is its state at each reading.',
  },
);

export const SimulatedSensorSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('simulated', kind),
    unit: Type.String({ minLength: 1, maxLength: 16, description: 'Unit of the value.' }),
    mean: Type.Number({ default: 20, description: 'Middle of the wave.' }),
    amplitude: Type.Number({ default: 5, minimum: 0, description: 'From the middle to a peak.' }),
    period_s: Type.Number({ default: 86400, exclusiveMinimum: 0, description: 'From peak to peak.' }),
    noise: Type.Number({ default: 0.1, minimum: 0, description: 'Largest random step to either side.' }),
    seed: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 4294967295,
      description: 'The same seed gives the same values.',
    }),
    ...range,
  },
  { ...strict, description: 'A made-up wave with noise, for trying things out.' },
);

export type CpuSensorConfig = Static<typeof CpuSensorSchema>;
export type SysfsSensorConfig = Static<typeof SysfsSensorSchema>;
export type GpioSensorConfig = Static<typeof GpioSensorSchema>;
export type SimulatedSensorConfig = Static<typeof SimulatedSensorSchema>;
export type SensorConfig = CpuSensorConfig | SysfsSensorConfig | GpioSensorConfig | SimulatedSensorConfig;

/** `oneOf` with a discriminator instead of a plain union: an error then names the wrong field of the kind that was meant. */
export const SensorConfigSchema = Type.Unsafe<SensorConfig>({
  type: 'object',
  discriminator: { propertyName: 'kind' },
  required: ['kind'],
  oneOf: [CpuSensorSchema, SysfsSensorSchema, GpioSensorSchema, SimulatedSensorSchema],
});

export const OutputConfigSchema = Type.Object(
  {
    id: IdSchema,
    pin: PinSchema,
    active: { ...ActiveSchema, default: 'high' },
    initial: Type.Optional(OneOf(['on', 'off'], { description: 'State from the start on; otherwise the safe one.' })),
    safe: OneOf(['on', 'off'], { default: 'off', description: 'State that is driven when the server stops.' }),
  },
  { ...strict, description: 'A pin that switches something.' },
);
export type OutputConfig = Static<typeof OutputConfigSchema>;
