import { type Static, Type } from '@sinclair/typebox';
import { IdSchema, Named, Nullable, OneOf, TimestampSchema } from './primitives.ts';

const strict = { additionalProperties: false };

const RuleActionSchema = Type.Object(
  { output: IdSchema, action: OneOf(['on', 'off'], { description: 'What the output is to do.' }) },
  { ...strict, description: 'An output and what it is to do.' },
);

export const SeveritySchema = OneOf(['info', 'warning', 'critical'], { description: 'How much an alert matters.' });

const sensor = { ...IdSchema, description: 'The sensor whose good readings decide.' };

const condition = {
  above: Type.Optional(Type.Number({ description: 'Active when the value is above this; either this or `below`.' })),
  below: Type.Optional(Type.Number({ description: 'Active when the value is below this; either this or `above`.' })),
};

const HysteresisSchema = Type.Number({
  default: 0,
  minimum: 0,
  description: 'How far the value has to come back before the rule is over: it keeps an output from flapping.',
});

const ForSchema = Type.Number({
  default: 0,
  minimum: 0,
  maximum: 604_800,
  description: 'Seconds for which the value has to be there before the rule is active; a restart does not reset them.',
});

const consequences = {
  // biome-ignore lint/suspicious/noThenProperty: the word that users know from every rule; nothing awaits a rule.
  then: Type.Optional({
    ...RuleActionSchema,
    description: 'Done when the rule becomes active. A rule without it only alerts.',
  }),
  otherwise: Type.Optional({
    ...RuleActionSchema,
    description: 'Done when it is over. Without it the output stays as it is.',
  }),
  when_stale: Type.Optional({
    ...RuleActionSchema,
    description: 'Done when the sensor has had no good reading for `stale_after_s`; otherwise the output goes safe.',
  }),
  alert: Type.Optional({
    ...SeveritySchema,
    description: 'Raises an alert of this severity while it is active, and one while its sensor is silent.',
  }),
};

export const RuleConfigSchema = Type.Object(
  { id: IdSchema, sensor, ...condition, hysteresis: HysteresisSchema, for_s: ForSchema, ...consequences },
  { ...strict, description: 'What the device decides by itself, in the moment of the reading.' },
);
export type RuleConfig = Static<typeof RuleConfigSchema>;

const warnOnHeat = { sensor: 'cpu_temp_c', above: 70, hysteresis: 5, for_s: 0, alert: 'warning' };

export const RuleDefinitionSchema = Type.Object(
  {
    sensor,
    ...condition,
    hysteresis: Type.Optional(HysteresisSchema),
    for_s: Type.Optional(ForSchema),
    ...consequences,
  },
  { ...strict, $id: 'RuleDefinition', examples: [warnOnHeat] },
);
export type RuleDefinition = Static<typeof RuleDefinitionSchema>;

export const RuleSchema = Type.Object(
  {
    id: IdSchema,
    source: OneOf(['file', 'api'], {
      description: 'Where it comes from; one of the API stands before one of the file.',
    }),
    changed_at: Nullable({ ...TimestampSchema, description: 'When the API changed it last.' }),
    definition: Named(RuleDefinitionSchema),
    state: OneOf(['waiting', 'idle', 'pending', 'active', 'stale', 'disabled'], {
      description:
        '`waiting`: no good reading yet; `pending`: the value is there, for less than `for_s`; `stale`: the sensor is ' +
        'silent; `disabled`: see `reason`.',
    }),
    since: Nullable({ ...TimestampSchema, description: 'Since when it is in this state.' }),
    flapping: Type.Boolean({
      description:
        'True while it becomes active more often than `alerts.max_per_hour` allows alerts for: its alert is kept open, and ' +
        'what comes meanwhile is counted. What it does to its output is never held back.',
    }),
    suppressed_alerts: Type.Integer({
      minimum: 0,
      description: 'Alerts that were not raised because of that, in the episode that is open.',
    }),
    reason: Nullable(
      Type.String({ description: 'Why it is disabled: it does not fit the configuration of this device any more.' }),
    ),
  },
  {
    $id: 'Rule',
    examples: [
      {
        ...{ id: 'warn-on-heat', source: 'file', changed_at: null, definition: warnOnHeat },
        ...{ state: 'idle', since: '2026-11-23T10:00:00.000Z', flapping: false, suppressed_alerts: 0, reason: null },
      },
    ],
  },
);
export type Rule = Static<typeof RuleSchema>;

export const RuleListSchema = Type.Object({ rules: Type.Array(Named(RuleSchema)) }, { $id: 'RuleList' });

export const RuleParamsSchema = Type.Object({ id: { ...IdSchema, examples: ['warn-on-heat'] } }, strict);

export const RuleChangeSchema = Type.Object(
  {
    timestamp: TimestampSchema,
    action: OneOf(['put', 'deleted'], { description: 'What was done with it.' }),
    definition: Type.Optional(Named(RuleDefinitionSchema, 'What it became.')),
  },
  {
    $id: 'RuleChange',
    examples: [{ timestamp: '2026-11-23T10:00:00.000Z', action: 'put', definition: warnOnHeat }],
  },
);
export type RuleChange = Static<typeof RuleChangeSchema>;

export const RuleHistorySchema = Type.Object(
  {
    id: IdSchema,
    changes: Type.Array(Named(RuleChangeSchema), { description: 'Newest first, 100 at most.' }),
  },
  { $id: 'RuleHistory' },
);
