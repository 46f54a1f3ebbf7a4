import { type Static, Type } from '@sinclair/typebox';
import { LimitSchema } from './limit.ts';
import { IdSchema, Named, Nullable, OneOf, TimestampSchema } from './primitives.ts';
import { SeveritySchema } from './rules.ts';

export const AlertSchema = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    rule: IdSchema,
    cause: OneOf(['threshold', 'stale'], {
      description: '`threshold`: the value is beyond the limit of the rule; `stale`: its sensor is silent.',
    }),
    sensor: IdSchema,
    unit: Nullable(Type.String()),
    severity: SeveritySchema,
    value: Nullable(Type.Number({ description: 'The value that raised it.' })),
    threshold: Nullable(Type.Number({ description: 'The limit of the rule.' })),
    suppressed: Type.Integer({
      minimum: 0,
      description:
        'How often the rule was broken again before `cleared_at` without an alert of its own: it flaps, or there was no room.',
    }),
    raised_at: TimestampSchema,
    cleared_at: Nullable({ ...TimestampSchema, description: 'When it was over; null: it is not.' }),
    acknowledged_at: Nullable({ ...TimestampSchema, description: 'When somebody has said that they know.' }),
  },
  {
    $id: 'Alert',
    examples: [
      {
        ...{ id: 7, rule: 'warn-on-heat', cause: 'threshold', sensor: 'cpu_temp_c', unit: '°C', severity: 'warning' },
        ...{ value: 71.3, threshold: 70, suppressed: 0, raised_at: '2026-11-23T10:00:00.004Z' },
        ...{ cleared_at: null, acknowledged_at: null },
      },
    ],
  },
);
export type Alert = Static<typeof AlertSchema>;

export const AlertListSchema = Type.Object(
  {
    count: Type.Integer({ minimum: 0, description: 'Alerts in this page.' }),
    alerts: Type.Array(Named(AlertSchema)),
    next: Nullable(Type.String({ description: 'Give it back as `cursor` for the next page; null on the last one.' })),
  },
  { $id: 'AlertList' },
);

export const AlertParamsSchema = Type.Object(
  { id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [7] }) },
  { additionalProperties: false },
);

export const AlertQuerySchema = Type.Object(
  {
    state: Type.Optional(
      OneOf(['all', 'active'], { default: 'all', description: '`active`: those that are not over.' }),
    ),
    limit: Type.Optional(LimitSchema),
    cursor: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: '`next` of the page before this one.' }),
    ),
  },
  { additionalProperties: false },
);
