import { Type } from '@sinclair/typebox';
import { LimitSchema } from './limit.ts';
import { IdSchema, InstantSchema, Named, Nullable, OrderSchema, TimestampSchema } from './primitives.ts';

export const SummarySchema = Type.Object(
  {
    window_start: { ...TimestampSchema, description: 'First instant of the window.' },
    window_s: Type.Integer({ minimum: 1, maximum: 3600, description: 'Seconds that the window is long.' }),
    revision: Type.Integer({ minimum: 0, description: 'Counts up when readings come late; the highest one holds.' }),
    mean: Type.Number(),
    min: Type.Number(),
    max: Type.Number(),
    stdev: Type.Number({ minimum: 0, description: 'Sample deviation; 0 for a single reading.' }),
    count: Type.Integer({ minimum: 1, description: 'Good readings in the window.' }),
    period_start: { ...TimestampSchema, description: 'Time of the first reading.' },
    period_end: { ...TimestampSchema, description: 'Time of the last reading.' },
  },
  { $id: 'Summary' },
);

export const SummaryListSchema = Type.Object(
  {
    sensor: IdSchema,
    unit: Nullable(Type.String()),
    count: Type.Integer({ minimum: 0, description: 'Summaries in this page.' }),
    summaries: Type.Array(Named(SummarySchema)),
    next: Nullable(Type.String({ description: 'Give it back as `cursor` for the next page; null on the last one.' })),
  },
  {
    $id: 'SummaryList',
    examples: [
      {
        sensor: 'air_temp_c',
        unit: '°C',
        count: 1,
        summaries: [
          {
            window_start: '2026-11-23T10:00:00.000Z',
            window_s: 300,
            revision: 0,
            mean: 21.4,
            min: 21.1,
            max: 21.9,
            stdev: 0.18,
            count: 30,
            period_start: '2026-11-23T10:00:03.120Z',
            period_end: '2026-11-23T10:04:53.118Z',
          },
        ],
        next: null,
      },
    ],
  },
);

export const SummaryQuerySchema = Type.Object(
  {
    from: Type.Optional({ ...InstantSchema, description: 'First window start of the range (included).' }),
    to: Type.Optional({ ...InstantSchema, description: 'End of the range (excluded).' }),
    order: Type.Optional(OrderSchema),
    limit: Type.Optional(LimitSchema),
    cursor: Type.Optional(
      Type.String({ pattern: '^[0-9a-z]{1,12}-[0-9a-z]{1,6}$', description: '`next` of the page before this one.' }),
    ),
  },
  { additionalProperties: false },
);
