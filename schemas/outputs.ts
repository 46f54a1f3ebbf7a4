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
    level: Nullable(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'How bright: 0 is off, 1 fully on; null: it cannot be dimmed.',
      }),
    ),
    held_by: Nullable(
      OneOf(['api', 'rule', 'limit'], {
        description:
          'Who holds the present state: a command over the API, a rule, or the longest time on (`max_on_s`); ' +
          'null: nobody since start or the last pulse.',
      }),
    ),
    until: Nullable({
      ...TimestampSchema,
      description:
        'When the pulse or the command ends; null: for good, or until a rule for this output is made: then for the ' +
        '`override_s` that begins with it. Earlier where the sensor of its rule dies, or the server ' +
        'is restarted: then outputs are safe, and rules decide.',
    }),
    rule: Nullable({ ...IdSchema, description: 'The rule that commands this output, also while it wants nothing.' }),
    demand: Nullable(
      OneOf(['on', 'off'], {
        description:
          'What that rule wants, or a rule that is gone left to be done: not yet done within `min_on_s` or `min_off_s`, ' +
          'while a command holds the output, or while an output that excludes it is on or does not obey; null: nothing.',
      }),
    ),
  },
  {
    $id: 'Output',
    examples: [
      {
        ...{ id: 'led', pin: 17, state: 'on', level: null, held_by: 'api' },
        ...{ until: '2026-11-23T10:00:05.000Z', rule: null, demand: null },
      },
    ],
  },
);
export type Output = Static<typeof OutputSchema>;

const RecordedSchema = Type.Boolean({
  description:
    'True where the change will be on disk with the next commit; false where the disk takes none at the moment: it was ' +
    'switched nevertheless, and is written down when the disk is well.',
});

/** The chapter's answer has no such member: it stays away where all is well. */
const NotRecordedSchema = Type.Boolean({
  description: 'Only there, and false, where the disk does not take the change now: it was switched nevertheless.',
});

export const CommandedOutputSchema = Type.Object(
  { ...OutputSchema.properties, recorded: RecordedSchema },
  {
    $id: 'CommandedOutput',
    examples: [
      {
        ...{ id: 'led', pin: 17, state: 'on', level: null, held_by: 'api' },
        ...{ until: '2026-11-23T10:00:05.000Z', rule: null, demand: null, recorded: true },
      },
    ],
  },
);

export const OutputChangeSchema = Type.Object(
  {
    timestamp: TimestampSchema,
    from: Nullable({ ...OnOffSchema, description: 'State before; null: not known, at a start of the server.' }),
    to: { ...OnOffSchema, description: 'State from then on.' },
    level: Nullable(
      Type.Number({ minimum: 0, maximum: 1, description: 'How bright from then on; null: not dimmable.' }),
    ),
    by: OneOf(['api', 'rule', 'limit', 'start', 'stop'], {
      description: 'Who: a command, a rule, the longest time on, the start or the end of the server.',
    }),
    rule: Nullable({ ...IdSchema, description: 'Which rule.' }),
    why: Type.String({ description: 'Why, in words.' }),
  },
  {
    $id: 'OutputChange',
    examples: [
      {
        ...{ timestamp: '2026-11-23T10:00:00.004Z', from: 'off', to: 'on', level: null },
        ...{ by: 'rule', rule: 'vent-on-heat', why: 'air_temp_c is 30.2, above 30' },
      },
    ],
  },
);

export const OutputHistorySchema = Type.Object(
  {
    output: IdSchema,
    count: Type.Integer({ minimum: 0, description: 'Changes in this page.' }),
    changes: Type.Array(Named(OutputChangeSchema)),
    next: Nullable(Type.String({ description: 'Give it back as `cursor` for the next page; null on the last one.' })),
  },
  { $id: 'OutputHistory' },
);

export const OutputListSchema = Type.Object({ outputs: Type.Array(Named(OutputSchema)) }, { $id: 'OutputList' });

export const OutputParamsSchema = Type.Object(
  { id: { ...IdSchema, examples: ['led'] } },
  { additionalProperties: false },
);

/** `auto` is for an output that a rule commands. */
const OutputActionSchema = OneOf(['on', 'off', 'toggle', 'auto'], {
  description:
    'What the output is to do; `auto` gives it back to its rule before the time, and stands alone. Either this or `level`.',
});

export const OutputCommandSchema = Type.Object(
  {
    action: Type.Optional(OutputActionSchema),
    level: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          'Instead of `action`: how bright, 0 is off. For outputs with `pwm` in the configuration; others refuse it (409).',
        examples: [0.4],
      }),
    ),
    duration_s: Type.Optional(
      Type.Number({
        minimum: 0.01,
        maximum: 86400,
        description:
          'Makes it a pulse: after this many seconds the output switches to the other state by itself. ' +
          'A later command replaces a running pulse. Where a rule commands the output, the rule decides then. Where ' +
          'an output that excludes it is on then, or does not obey, it stays off.',
        examples: [5],
      }),
    ),
    hold_s: Type.Optional(
      Type.Number({
        minimum: 0.01,
        maximum: 604800,
        description:
          'How long the command holds an output that a rule commands; otherwise its `override_s`. Not beside ' +
          '`duration_s`; where no rule commands the output, it is refused (409). A sensor that dies, and a restart of ' +
          'the server, end it before.',
        examples: [600],
      }),
    ),
  },
  { $id: 'OutputCommand', additionalProperties: false, examples: [{ action: 'on', duration_s: 5 }] },
);
export type OutputCommand = Static<typeof OutputCommandSchema>;

export const LedCommandSchema = Type.Object(
  { action: { ...ActionSchema, description: 'What the LED is to do; `ON` is the same as `on`.' } },
  { $id: 'LedCommand', additionalProperties: false, examples: [{ action: 'on' }] },
);

export const LedSchema = Type.Object(
  { action: ActionSchema, led_state: OnOffSchema, recorded: Type.Optional(NotRecordedSchema) },
  { $id: 'Led', examples: [{ action: 'on', led_state: 'on' }] },
);
