import { type Static, type TSchema, Type } from '@sinclair/typebox';
import {
  Bme280Schema,
  Bmp280Schema,
  Dht11Schema,
  Dht22Schema,
  Ds18b20Schema,
  Ina219Schema,
  Lm75Schema,
} from './chip-config.ts';
import { CpuSensorSchema, HwmonSensorSchema, IioSensorSchema, SysfsSensorSchema } from './kernel-sensor-config.ts';
import { ActiveSchema, OneOf, PinSchema } from './primitives.ts';
import { anySensor, kindOfSensor, plausible, strict } from './sensor-fields.ts';

export const GpioSensorSchema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('gpio', kindOfSensor),
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
    ...anySensor,
    kind: Type.Literal('simulated', kindOfSensor),
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
    ...plausible(),
  },
  { ...strict, description: 'A made-up wave with noise, for trying things out.' },
);

export type GpioSensorConfig = Static<typeof GpioSensorSchema>;
export type SimulatedSensorConfig = Static<typeof SimulatedSensorSchema>;

const kinds = [
  CpuSensorSchema,
  GpioSensorSchema,
  Ds18b20Schema,
  Dht11Schema,
  Dht22Schema,
  Bmp280Schema,
  Bme280Schema,
  Lm75Schema,
  Ina219Schema,
  HwmonSensorSchema,
  IioSensorSchema,
  SysfsSensorSchema,
  SimulatedSensorSchema,
] as const satisfies TSchema[];

export type SensorConfig = Static<(typeof kinds)[number]>;

/** Every kind of sensor, in the order of the documentation. */
export const SENSOR_KINDS = kinds.map(({ properties }) => properties.kind.const);

/** `oneOf` with a discriminator instead of a plain union: an error then names the wrong field of the kind that was meant. */
export const SensorConfigSchema = Type.Unsafe<SensorConfig>({
  type: 'object',
  discriminator: { propertyName: 'kind' },
  required: ['kind'],
  oneOf: [...kinds],
});
