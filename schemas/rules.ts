import { type Static, Type } from '@sinclair/typebox';
import { IdSchema, OneOf } from './primitives.ts';

const strict = { additionalProperties: false };

const RuleActionSchema = Type.Object(
  { output: IdSchema, action: OneOf(['on', 'off'], { description: 'What the output is to do.' }) },
  { ...strict, description: 'An output and what it is to do.' },
);

export const RuleConfigSchema = Type.Object(
  {
    id: IdSchema,
    sensor: { ...IdSchema, description: 'The sensor whose good readings decide.' },
    above: Type.Optional(Type.Number({ description: 'Active when the value is above this; either this or `below`.' })),
    below: Type.Optional(Type.Number({ description: 'Active when the value is below this; either this or `above`.' })),
    hysteresis: Type.Number({
      default: 0,
      minimum: 0,
      description: 'How far the value has to come back before the rule is over: it keeps an output from flapping.',
    }),
    for_s: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 604_800,
      description:
        'Seconds for which the value has to be there before the rule is active; counted anew after a restart.',
    }),
    // biome-ignore lint/suspicious/noThenProperty: the word that users know from every rule; nothing awaits a rule.
    then: { ...RuleActionSchema, description: 'Done when the rule becomes active.' },
    otherwise: Type.Optional({
      ...RuleActionSchema,
      description: 'Done when it is over. Without it the output stays as it is.',
    }),
    when_stale: Type.Optional({
      ...RuleActionSchema,
      description: 'Done when the sensor has had no good reading for `stale_after_s`; otherwise the output goes safe.',
    }),
  },
  { ...strict, description: 'What the device decides by itself, in the moment of the reading.' },
);
export type RuleConfig = Static<typeof RuleConfigSchema>;
