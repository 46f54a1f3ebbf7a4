import { type Static, Type } from '@sinclair/typebox';
import { Nullable, OneOf, TimestampSchema } from './primitives.ts';
import { UplinkStateSchema } from './uplink.ts';

export const HealthSchema = Type.Object(
  {
    status: OneOf(['healthy', 'degraded'], { description: '`degraded`: it serves, but see `reasons`.' }),
    reasons: Type.Array(Type.String(), { description: 'One sentence for each thing that is not well.' }),
    uptime_seconds: Type.Number({ minimum: 0 }),
    readings_stored: Type.Integer({ minimum: 0, description: 'Readings that `/api/readings` can answer with.' }),
    version: Type.String(),
    hardware: Type.Object({
      driver: OneOf(['gpiochip', 'pigpio', 'simulated']),
      simulated: Type.Boolean(),
      description: Type.String({ description: 'What was opened, and why this driver.' }),
    }),
    collector: Type.Object({
      interval_s: Type.Number(),
      ticks: Type.Integer({ minimum: 0, description: 'Since the start.' }),
      skipped: Type.Integer({ minimum: 0, description: 'Ticks that fell out because the machine was busy or asleep.' }),
      last_tick: Nullable(TimestampSchema),
    }),
    clock: Type.Object({
      trusted: Type.Boolean({
        description: 'False until the wall clock is known to be right: nothing new is sent before.',
      }),
    }),
    uplink: Type.Object({
      state: UplinkStateSchema,
      backlog_items: Type.Integer({ minimum: 0, description: 'Items that wait to be sent, as of some seconds ago.' }),
      set_aside: Type.Integer({ minimum: 0, description: 'Items that the receiver refuses while it accepts others.' }),
    }),
    store: Type.Object({
      status: OneOf(['ok', 'failing']),
      last_error: Nullable(Type.String()),
      commit_every_s: Type.Number({ description: 'A power cut loses at most the readings of this many seconds.' }),
      pending_rows: Type.Integer({ minimum: 0, description: 'Rows that are not on disk yet.' }),
      dropped_rows: Type.Integer({ minimum: 0, description: 'Rows given up because the disk did not take them.' }),
      last_commit: Nullable(TimestampSchema),
      size_bytes: Nullable(Type.Integer({ minimum: 0, description: 'Size of the database after the last commit.' })),
      used_bytes: Nullable(Type.Integer({ minimum: 0, description: 'The same, without what is free inside of it.' })),
      max_bytes: Type.Integer({ minimum: 0, description: 'Most that database and log may take on the card.' }),
      dropped_readings: Type.Integer({
        minimum: 0,
        description: 'Readings that will never be sent, for want of room or another reason; gaps say upstream which.',
      }),
      dropped_awaiting_time: Type.Integer({
        minimum: 0,
        description: 'Of these, readings whose true time is not known yet: a gap tells of them when it is.',
      }),
      dropped_records: Type.Integer({
        minimum: 0,
        description:
          'Changes of outputs and steps of alerts that were given up because the disk was away for too long, since the ' +
          'database was made.',
      }),
      recovered: Nullable(
        Type.Object(
          {
            at: TimestampSchema,
            file: Type.String({
              description: 'Where the broken file lies now: the database, or the log of its newest readings.',
            }),
            reason: Type.String({ description: 'What was wrong with it.' }),
            items: Type.Integer({ minimum: 0, description: 'Items for upstream that were saved from it.' }),
            readings: Type.Integer({ minimum: 0, description: 'Raw readings that were saved from it.' }),
          },
          { description: 'The broken file that was set aside last since the start; null where none was.' },
        ),
      ),
    }),
  },
  {
    $id: 'Health',
    examples: [
      {
        status: 'healthy',
        reasons: [],
        uptime_seconds: 86400.5,
        readings_stored: 1000,
        version: '0.1.0',
        hardware: { driver: 'gpiochip', simulated: false, description: '/dev/gpiochip0 (pinctrl-rp1)' },
        collector: { interval_s: 10, ticks: 8640, skipped: 0, last_tick: '2026-11-23T10:00:00.004Z' },
        clock: { trusted: true },
        uplink: { state: 'idle', backlog_items: 0, set_aside: 0 },
        store: {
          status: 'ok',
          last_error: null,
          commit_every_s: 5,
          pending_rows: 0,
          dropped_rows: 0,
          last_commit: '2026-11-23T10:00:00.031Z',
          size_bytes: 1310720,
          used_bytes: 1241088,
          max_bytes: 536870912,
          dropped_readings: 0,
          dropped_awaiting_time: 0,
          dropped_records: 0,
          recovered: null,
        },
      },
    ],
  },
);
export type Health = Static<typeof HealthSchema>;
