import { type Static, Type } from '@sinclair/typebox';
import { IdSchema, Named, Nullable, OneOf, PinSchema, TimestampSchema } from './primitives.ts';

export const OnOffSchema = OneOf(['on', 'off'], { description: 'State of an output.' });

export const ActionSchema = OneOf(['on', 'off', 'toggle'], { description: 'What the output is to do.' });
export type Action = Static<typeof ActionSchema>;

export const OutputSchema = Type.Object(
  {
    id: IdSchema,
    pin: PinSchema,
    state: OnOffSchema,
    held_by: Nullable(
      OneOf(['api'], { description: 'Who commanded the present state; null: nobody since start or the last pulse.' }),
    ),
    until: Nullable({ ...TimestampSchema, description: 'When a running pulse ends; null where none runs.' }),
  },
  {
    $id: 'Output',
    examples: [{ id: 'led', pin: 17, state: 'on', held_by: 'api', until: '2026-11-23T10:00:05.000Z' }],
  },
);
export type Output = Static<typeof OutputSchema>;

export const OutputListSchema = Type.Object({ outputs: Type.Array(Named(OutputSchema)) }, { $id: 'OutputList' });

export const OutputParamsSchema = Type.Object(
  { id: { ...IdSchema, examples: ['led'] } },
  { additionalProperties: false },
);

export const OutputCommandSchema = Type.Object(
  {
    action: ActionSchema,
    duration_s: Type.Optional(
      Type.Number({
        minimum: 0.01,
        maximum: 86400,
        description:
          'Makes it a pulse: after this many seconds the output switches to the other state by itself. ' +
          'A later command replaces a running pulse.',
        examples: [5],
      }),
    ),
  },
  { $id: 'OutputCommand', additionalProperties: false, examples: [{ action: 'on', duration_s: 5 }] },
);
export type OutputCommand = Static<typeof OutputCommandSchema>;

export const LedCommandSchema = Type.Object(
  { action: ActionSchema },
  { $id: 'LedCommand', additionalProperties: false, examples: [{ action: 'on' }] },
);

export const LedSchema = Type.Object(
  { action: ActionSchema, led_state: OnOffSchema },
  { $id: 'Led', examples: [{ action: 'on', led_state: 'on' }] },
);
