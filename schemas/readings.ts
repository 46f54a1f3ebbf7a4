import { type Static, Type } from '@sinclair/typebox';
import { LimitSchema } from './limit.ts';
import { OnOffSchema } from './outputs.ts';
import { Named, Nullable, TimestampSchema } from './primitives.ts';

const EXAMPLES = [
  {
    cpu_temp_c: 47.2,
    led_state: 'off',
    button_pressed: false,
    timestamp: '2026-11-23T10:00:00.004Z',
    simulated: false,
    sensors: { cpu_temp_c: 47.2, button: 0 },
  },
];

export const ReadingSchema = Type.Object(
  {
    cpu_temp_c: Nullable(Type.Number({ description: 'The sensor `cpu_temp_c` in °C.' })),
    led_state: Nullable({ ...OnOffSchema, description: 'State of the output `led` at that time.' }),
    button_pressed: Nullable(Type.Boolean({ description: 'The sensor `button` at that time.' })),
    timestamp: TimestampSchema,
    simulated: Type.Boolean({ description: 'True when any part of the hardware was simulated.' }),
    sensors: Type.Record(Type.String(), Nullable(Type.Number()), {
      description: 'Every sensor by id: its value, or null where there was no good reading.',
    }),
  },
  {
    $id: 'Reading',
    examples: EXAMPLES,
  },
);
export type Reading = Static<typeof ReadingSchema>;

export const ReadingListSchema = Type.Object(
  {
    count: Type.Integer({ minimum: 0, description: 'Readings in this answer.' }),
    readings: Type.Array(Named(ReadingSchema), { description: 'Oldest first.' }),
  },
  { $id: 'ReadingList', examples: [{ count: 1, readings: EXAMPLES }] },
);

export const ReadingQuerySchema = Type.Object(
  {
    limit: Type.Optional(LimitSchema),
  },
  { additionalProperties: false },
);
