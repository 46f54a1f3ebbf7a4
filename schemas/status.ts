import { type Static, Type } from '@sinclair/typebox';
import { OnOffSchema } from './outputs.ts';
import { IdSchema, Named, Nullable, TimestampSchema } from './primitives.ts';
import { QualitySchema, RejectedValueSchema } from './sensors.ts';

export const SensorStatusSchema = Type.Object(
  {
    value: Nullable(
      Type.Number({ description: "Last value in the sensor's unit; null when there is none that is `good`." }),
    ),
    rejected_value: RejectedValueSchema,
    unit: Nullable(Type.String({ description: 'Unit of the value; null for a digital input.' })),
    timestamp: Nullable(TimestampSchema),
    age_s: Nullable(Type.Number({ minimum: 0, description: 'Seconds since the last good reading.' })),
    stale: Type.Boolean({ description: "True when there was no good reading for longer than the sensor's limit." }),
    quality: QualitySchema,
  },
  { $id: 'SensorStatus' },
);
export type SensorStatus = Static<typeof SensorStatusSchema>;

export const StatusSchema = Type.Object(
  {
    cpu_temp_c: Nullable(Type.Number({ description: 'Temperature of the processor in °C: the sensor `cpu_temp_c`.' })),
    led_state: Nullable({ ...OnOffSchema, description: 'State of the output `led`; null where there is none.' }),
    button_pressed: Nullable(Type.Boolean({ description: 'The sensor `button`; null where there is none.' })),
    timestamp: TimestampSchema,
    simulated: Type.Boolean({ description: 'True when any part of the hardware is simulated.' }),
    device: IdSchema,
    sensors: Type.Record(Type.String(), Named(SensorStatusSchema), { description: 'By id of the sensor.' }),
    outputs: Type.Record(Type.String(), Type.Object({ state: OnOffSchema }), { description: 'By id of the output.' }),
  },
  {
    $id: 'Status',
    examples: [
      {
        cpu_temp_c: 47.2,
        led_state: 'off',
        button_pressed: false,
        timestamp: '2026-11-23T10:00:03.120Z',
        simulated: false,
        device: 'greenhouse-1',
        sensors: {
          cpu_temp_c: {
            value: 47.2,
            rejected_value: null,
            unit: '°C',
            timestamp: '2026-11-23T10:00:00.004Z',
            age_s: 3.116,
            stale: false,
            quality: 'good',
          },
        },
        outputs: { led: { state: 'off' } },
      },
    ],
  },
);
export type Status = Static<typeof StatusSchema>;
