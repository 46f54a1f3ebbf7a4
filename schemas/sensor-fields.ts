import { Type } from '@sinclair/typebox';
import { IdSchema } from './primitives.ts';

/** What every sensor has. */
export const anySensor = {
  id: IdSchema,
  stale_after_s: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 86400,
      description: 'Seconds without a good reading after which the sensor is stale; otherwise three intervals.',
    }),
  ),
};

/** What is plausible of a number. `range` says in words what holds where none is configured. */
export function plausible(range?: string) {
  const otherwise = range === undefined ? '' : `; otherwise ${range}`;
  return {
    min: Type.Optional(
      Type.Number({ description: `Smallest plausible value; below it a reading is out of range${otherwise}.` }),
    ),
    max: Type.Optional(
      Type.Number({ description: `Largest plausible value; above it a reading is out of range${otherwise}.` }),
    ),
    max_step_per_s: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'Largest plausible change in a second; a reading further from the last good one, for the time between ' +
          'them, is too fast. Time passes and allows more, so a value that stays is believed in the end.',
      }),
    ),
    stuck_after_s: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 604800,
        description:
          'Seconds after which the very same value is a stuck sensor. Only for what is never quite still, like an ' +
          'analog input; without it a value may rest for ever.',
      }),
    ),
  };
}

/** From the number that is read to the value in the sensor's unit. */
export const conversion = {
  scale: Type.Number({ default: 1, description: 'The number that is read is multiplied by this,' }),
  offset: Type.Number({ default: 0, description: 'and then this is added.' }),
};

/** Where a chip is connected. `addresses` is what its pins can be set to. */
export function onI2c(fallback: number, addresses: { from: number; to: number }) {
  const hex = (address: number) => `0x${address.toString(16)}`;
  return {
    i2c_bus: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 255,
      description: 'Number of the I2C bus; 1 is on pins 3 and 5 of the header.',
    }),
    address: Type.Integer({
      default: fallback,
      minimum: addresses.from,
      maximum: addresses.to,
      'x-expected': `an address from ${hex(addresses.from)} to ${hex(addresses.to)}, as i2cdetect shows it`,
      description: `Address of the chip, ${hex(fallback)} unless its pins are wired for another one.`,
    }),
  };
}

export const kindOfSensor = { description: 'Kind of sensor.' };

export const strict = { additionalProperties: false };
