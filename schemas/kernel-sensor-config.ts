import { type Static, Type } from '@sinclair/typebox';
import { anySensor, conversion, kindOfSensor, plausible, strict } from './sensor-fields.ts';

export const CpuSensorSchema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('cpu', kindOfSensor),
    zone: Type.Integer({ default: 0, minimum: 0, maximum: 99, description: 'Number of the thermal zone.' }),
    ...plausible('−40 to 125 °C'),
  },
  { ...strict, description: 'Temperature of the processor in °C, to 0.1: a thermal zone of the kernel.' },
);

export const SysfsSensorSchema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('sysfs', kindOfSensor),
    path: Type.String({
      pattern: '^/',
      'x-expected': 'an absolute path, like /sys/class/hwmon/hwmon0/temp1_input',
      description: 'File that holds one number.',
    }),
    unit: Type.String({ minLength: 1, maxLength: 16, description: 'Unit after scale and offset.' }),
    max_age_s: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 604800,
        description:
          'Seconds after which a file that nobody has written again is a failed reading. For files that a program ' +
          'of yours writes: without it, a value whose writer has died looks fresh for ever.',
      }),
    ),
    ...conversion,
    ...plausible('what is possible in the unit at all'),
  },
  { ...strict, description: 'Any file that holds one number.' },
);

const device = Type.Optional(
  Type.String({
    pattern: '^[^/\\s]{1,64}$',
    'x-expected': 'the name of a device in /sys, like 1-0048',
    description:
      'What it is connected to, like 1-0048 for address 0x48 on I2C bus 1: needed where several have the name.',
  }),
);

const unit = (ofItsOwn: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 16,
      description: `Unit after scale and offset; otherwise that of the channel: ${ofItsOwn}.`,
    }),
  );

export const HwmonSensorSchema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('hwmon', kindOfSensor),
    name: Type.String({ minLength: 1, maxLength: 64, description: 'What the file `name` of the device holds.' }),
    device,
    channel: Type.String({
      pattern: '^(in|temp|curr|power|energy|humidity|fan)[0-9]{1,3}$',
      'x-expected': 'a channel like temp1, in0, curr1, power1, energy1, humidity1 or fan1',
      description: 'Channel, like temp1 for the file temp1_input.',
    }),
    unit: unit('°C, V, A, W, J, %, rpm'),
    ...conversion,
    ...plausible('what is possible for the channel, or in the unit, at all'),
  },
  { ...strict, description: "A channel of the kernel's hardware monitoring (hwmon), found by name." },
);

export const IioSensorSchema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('iio', kindOfSensor),
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'What the file `name` or `label` of the device holds.',
    }),
    device,
    channel: Type.String({
      pattern: '^[a-z][a-z0-9_-]{0,63}$',
      'x-expected': 'a channel like voltage0, temp or humidityrelative',
      description: 'Channel, like voltage0 for the file in_voltage0_raw.',
    }),
    unit: unit('°C, V, A, W, hPa, %, lx, ppm, …; none where the kernel defines none'),
    ...conversion,
    ...plausible('what is possible for the channel, or in the unit, at all'),
  },
  { ...strict, description: "A channel of the kernel's industrial I/O (IIO), found by name: analog inputs and more." },
);

export type CpuSensorConfig = Static<typeof CpuSensorSchema>;
export type SysfsSensorConfig = Static<typeof SysfsSensorSchema>;
export type HwmonSensorConfig = Static<typeof HwmonSensorSchema>;
export type IioSensorConfig = Static<typeof IioSensorSchema>;
