import { type Static, Type } from '@sinclair/typebox';
import { ActiveSchema, IdSchema, OneOf, PinSchema } from './primitives.ts';

const strict = { additionalProperties: false };

export const OutputConfigSchema = Type.Object(
  {
    id: IdSchema,
    pin: PinSchema,
    active: { ...ActiveSchema, default: 'high' },
    initial: Type.Optional(OneOf(['on', 'off'], { description: 'State from the start on; otherwise the safe one.' })),
    safe: OneOf(['on', 'off'], { default: 'off', description: 'State that is driven when the server stops.' }),
  },
  { ...strict, description: 'A pin that switches something.' },
);
export type OutputConfig = Static<typeof OutputConfigSchema>;
