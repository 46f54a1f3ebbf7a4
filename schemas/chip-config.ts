import { type Static, Type } from '@sinclair/typebox';
import { OneOf, PinSchema } from './primitives.ts';
import { anySensor, kindOfSensor, onI2c, plausible, strict } from './sensor-fields.ts';

export const Ds18b20Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('ds18b20', kindOfSensor),
    serial: Type.String({
      pattern: '^((10|22|28|3b|42)-)?[0-9a-f]{12}$',
      'x-expected': 'a serial number of a 1-wire thermometer, like 28-00000a1b2c3d',
      description:
        'Serial number as in /sys/bus/w1/devices. Its first two digits are the family: 28 is the DS18B20, and what ' +
        'holds where none is given; 10 the DS18S20, 22 the DS1822, 3b the DS1825 and MAX31850, 42 the DS28EA00.',
    }),
    ...plausible('−55 to 125 °C; family 3b −270 to 1800 °C'),
  },
  { ...strict, description: 'Thermometer DS18B20, or one of its family, on the 1-wire bus, in °C.' },
);

const dht = {
  pin: Type.Optional({
    ...PinSchema,
    description: 'BCM number of its pin, as in the overlay: needed where there are several.',
  }),
  measure: OneOf(['temperature', 'humidity'], { description: 'What is measured.' }),
};

export const Dht11Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('dht11', kindOfSensor),
    ...dht,
    ...plausible('−20 to 60 °C and 0 to 100 %'),
  },
  {
    ...strict,
    description:
      'DHT11 on a pin, through the kernel: temperature in °C, relative humidity in %. It is stale after 60 s at the earliest.',
  },
);

export const Dht22Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('dht22', kindOfSensor),
    ...dht,
    ...plausible('−40 to 80 °C and 0 to 100 %'),
  },
  {
    ...strict,
    description:
      'DHT22 (AM2302) on a pin, through the kernel: temperature in °C, relative humidity in %. It is stale after 60 s at the earliest.',
  },
);

const measure = 'What is measured.';

export const Bmp280Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('bmp280', kindOfSensor),
    ...onI2c(0x76, { from: 0x76, to: 0x77 }),
    measure: OneOf(['temperature', 'pressure'], { description: measure }),
    ...plausible('−40 to 85 °C and 300 to 1100 hPa'),
  },
  { ...strict, description: 'Barometer BMP280 on I2C: temperature in °C, pressure in hPa.' },
);

export const Bme280Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('bme280', kindOfSensor),
    ...onI2c(0x76, { from: 0x76, to: 0x77 }),
    measure: OneOf(['temperature', 'pressure', 'humidity'], { description: measure }),
    ...plausible('−40 to 85 °C, 300 to 1100 hPa and 0 to 100 %'),
  },
  {
    ...strict,
    description: 'Weather sensor BME280 on I2C: temperature in °C, pressure in hPa, relative humidity in %.',
  },
);

export const Lm75Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('lm75', kindOfSensor),
    ...onI2c(0x48, { from: 0x48, to: 0x4f }),
    ...plausible('−55 to 125 °C'),
  },
  { ...strict, description: 'Thermometer LM75 on I2C, in °C.' },
);

export const Ina219Schema = Type.Object(
  {
    ...anySensor,
    kind: Type.Literal('ina219', kindOfSensor),
    ...onI2c(0x40, { from: 0x40, to: 0x4f }),
    measure: OneOf(['voltage', 'current', 'power', 'shunt'], {
      description: `${measure} \`shunt\` is the voltage across the resistor.`,
    }),
    shunt_ohm: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 40,
        description:
          'Resistance that the current flows through, 0.1 on most boards. The kernel takes it for 0.01 unless it is told: ' +
          'without this setting, current and power are as wrong as that.',
      }),
    ),
    ...plausible('0 to 26 V, ±0.32 V across the shunt and, with `shunt_ohm`, what follows for current and power'),
  },
  { ...strict, description: 'Current monitor INA219 on I2C: V, A, W; the shunt in V too.' },
);

export type Ds18b20Config = Static<typeof Ds18b20Schema>;
export type DhtConfig = Static<typeof Dht11Schema> | Static<typeof Dht22Schema>;
export type Bmp280Config = Static<typeof Bmp280Schema>;
export type Bme280Config = Static<typeof Bme280Schema>;
export type Lm75Config = Static<typeof Lm75Schema>;
export type Ina219Config = Static<typeof Ina219Schema>;
export type I2cChipConfig = Bmp280Config | Bme280Config | Lm75Config | Ina219Config;
