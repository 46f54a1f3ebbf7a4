import { type Static, Type } from '@sinclair/typebox';
import { ActiveSchema, IdSchema, OneOf, PinSchema } from './primitives.ts';
import { PwmConfigSchema } from './pwm-config.ts';

const seconds = (description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description: `Seconds. ${description}` }));

export const OutputConfigSchema = Type.Object(
  {
    id: IdSchema,
    pin: PinSchema,
    active: { ...ActiveSchema, default: 'high' },
    initial: Type.Optional(OneOf(['on', 'off'], { description: 'State from the start on; otherwise the safe one.' })),
    safe: OneOf(['on', 'off'], {
      default: 'off',
      description: 'State that is driven when the server stops, and when the sensor of its rule dies.',
    }),
    min_on_s: seconds('Once on, it stays on for so long, `max_on_s` at most. The safe state at the end does not wait.'),
    min_off_s: seconds('Once off, also after a start, it stays off for so long: a compressor needs it.'),
    max_on_s: seconds(
      'On for so long, it is switched off, and stays off until it is commanded anew, or the server restarted.',
    ),
    override_s: Type.Number({
      default: 3600,
      exclusiveMinimum: 0,
      maximum: 604_800,
      description: 'Seconds that a command over the API holds an output that a rule commands, where it does not say.',
    }),
    excludes: Type.Array(IdSchema, {
      default: [],
      maxItems: 27,
      uniqueItems: true,
      description: 'Outputs that are never on together with this one, like the other direction of a motor.',
    }),
    pwm: Type.Optional(PwmConfigSchema),
  },
  { additionalProperties: false, description: 'A pin that switches something.' },
);
export type OutputConfig = Static<typeof OutputConfigSchema>;
