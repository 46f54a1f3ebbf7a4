import { type Static, Type } from '@sinclair/typebox';
import { LimitSchema } from './limit.ts';
import { IdSchema, InstantSchema, Named, Nullable, OneOf, OrderSchema, TimestampSchema } from './primitives.ts';
import { SENSOR_KINDS } from './sensor-config.ts';

/** What a reading is worth. Only `good` readings count: in `/api/readings`, in rules and in summaries. */
export const QualitySchema = OneOf(['good', 'out_of_range', 'too_fast', 'power_on_value', 'stuck', 'failed', 'none'], {
  description:
    '`good`; `out_of_range`: outside of min and max; `too_fast`: too far from the last good value; `power_on_value`: ' +
    'what a 1-wire thermometer says before its first measurement; `stuck`: the same for too long; `failed`: the sensor gave no ' +
    'number; `none`: not read yet.',
});
export type Quality = Static<typeof QualitySchema>;

export const RejectedValueSchema = Nullable(
  Type.Number({
    description: 'What the sensor said last, where that is not `good`; null where it is, or was no number.',
  }),
);

export const SensorSchema = Type.Object(
  {
    id: IdSchema,
    kind: OneOf(SENSOR_KINDS, { description: 'Kind of sensor, as in the configuration.' }),
    source: Type.String({ description: 'Where the value is read, for a person.' }),
    unit: Nullable(Type.String({ description: 'Unit of the value; null for a digital input.' })),
    min: Nullable(Type.Number({ description: 'Smallest plausible value.' })),
    max: Nullable(Type.Number({ description: 'Largest plausible value.' })),
    max_step_per_s: Nullable(Type.Number({ description: 'Largest plausible change in a second.' })),
    stuck_after_s: Nullable(Type.Number({ description: 'Seconds after which the very same value is a stuck sensor.' })),
    stale_after_s: Type.Number({ description: 'Seconds without a good reading after which the sensor is stale.' }),
    simulated: Type.Boolean({ description: 'True when the values are made up.' }),
    value: Nullable(
      Type.Number({ description: 'Last value; 1 and 0 for a digital input; null when there is none that is `good`.' }),
    ),
    rejected_value: RejectedValueSchema,
    timestamp: Nullable(TimestampSchema),
    age_s: Nullable(Type.Number({ minimum: 0, description: 'Seconds since the last good reading.' })),
    stale: Type.Boolean(),
    quality: QualitySchema,
    reason: Nullable(Type.String({ description: 'Why the last reading is not good.' })),
  },
  {
    $id: 'Sensor',
    examples: [
      {
        id: 'cpu_temp_c',
        kind: 'cpu',
        source: '/sys/class/thermal/thermal_zone0/temp',
        unit: '°C',
        min: -40,
        max: 125,
        max_step_per_s: null,
        stuck_after_s: null,
        stale_after_s: 30,
        simulated: false,
        value: 47.2,
        rejected_value: null,
        timestamp: '2026-11-23T10:00:00.004Z',
        age_s: 3.116,
        stale: false,
        quality: 'good',
        reason: null,
      },
    ],
  },
);
export type SensorResource = Static<typeof SensorSchema>;

export const SensorListSchema = Type.Object({ sensors: Type.Array(Named(SensorSchema)) }, { $id: 'SensorList' });

export const SensorReadingSchema = Type.Object(
  {
    timestamp: TimestampSchema,
    value: Nullable(Type.Number()),
    quality: QualitySchema,
    simulated: Type.Boolean(),
  },
  { $id: 'SensorReading' },
);

export type SensorReading = Static<typeof SensorReadingSchema>;

export const SensorHistorySchema = Type.Object(
  {
    sensor: IdSchema,
    unit: Nullable(Type.String()),
    count: Type.Integer({ minimum: 0, description: 'Readings in this page.' }),
    readings: Type.Array(Named(SensorReadingSchema)),
    next: Nullable(Type.String({ description: 'Give it back as `cursor` for the next page; null on the last one.' })),
  },
  {
    $id: 'SensorHistory',
    examples: [
      {
        sensor: 'cpu_temp_c',
        unit: '°C',
        count: 1,
        readings: [{ timestamp: '2026-11-23T10:00:00.004Z', value: 47.2, quality: 'good', simulated: false }],
        next: null,
      },
    ],
  },
);
export type SensorHistory = Static<typeof SensorHistorySchema>;

export const SensorParamsSchema = Type.Object(
  { id: { ...IdSchema, examples: ['cpu_temp_c'] } },
  { additionalProperties: false },
);

export const HistoryQuerySchema = Type.Object(
  {
    from: Type.Optional({ ...InstantSchema, description: 'First instant of the range (included).' }),
    to: Type.Optional({ ...InstantSchema, description: 'End of the range (excluded).' }),
    order: Type.Optional(OrderSchema),
    limit: Type.Optional(LimitSchema),
    cursor: Type.Optional(
      Type.String({ pattern: '^[0-9a-z]{1,12}$', description: '`next` of the page before this one.' }),
    ),
  },
  { additionalProperties: false },
);
export type HistoryQuery = Static<typeof HistoryQuerySchema>;
