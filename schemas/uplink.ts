import { type Static, Type } from '@sinclair/typebox';
import { Nullable, OneOf, TimestampSchema } from './primitives.ts';

export const UplinkStateSchema = OneOf(['off', 'idle', 'sending', 'waiting', 'paused'], {
  description:
    '`off`: no address is configured; `waiting`: the receiver is out of reach or not well, tried again at ' +
    '`next_try`; `paused`: it does not accept the token, or another machine uses the name of this one, or ' +
    'everything that it is offered is refused (`refusing`)',
});

export const UplinkSchema = Type.Object(
  {
    state: UplinkStateSchema,
    url: Nullable(Type.String({ description: 'Where it goes, without a query.' })),
    backlog: Type.Object({
      items: Type.Integer({ minimum: 0, description: 'Summaries and alerts that wait.' }),
      bytes: Type.Integer({ minimum: 0 }),
      oldest_age_s: Nullable(Type.Number({ minimum: 0, description: 'Seconds that the oldest one has waited.' })),
    }),
    hours_until_full: Nullable(
      Type.Number({
        minimum: 0,
        description:
          'If nothing could be sent from now on: hours until the oldest summaries have to be merged into hours. ' +
          'Estimated from the number of sensors, the window and the disk limit, or what is free on the disk where that ' +
          'is less; null where nothing goes upstream.',
      }),
    ),
    last_success: Nullable(TimestampSchema),
    last_error: Nullable(Type.Object({ error: Type.String(), at: TimestampSchema })),
    next_try: Nullable(TimestampSchema),
    refusing: Nullable(
      Type.String({
        description:
          'Why the receiver refuses all that it is offered of a lane: nothing is dropped, and it is tried again. Null ' +
          'while it accepts.',
      }),
    ),
    set_aside: Type.Array(Type.Object({ id: Type.String(), reason: Type.String() }), {
      description:
        'Items that the receiver refuses while it accepts others: not sent again before `POST /api/uplink/set-aside/retry`, ' +
        'and kept while there is room. The latest 100.',
    }),
    set_aside_count: Type.Integer({ minimum: 0, description: 'How many of them there are.' }),
    saving: Type.Object(
      {
        readings: Type.Integer({ minimum: 0, description: 'Readings taken.' }),
        reading_bytes: Type.Integer({ minimum: 0, description: 'What one request for each of them would have sent.' }),
        items_sent: Type.Integer({ minimum: 0 }),
        bytes_sent: Type.Integer({ minimum: 0, description: 'HTTP as sent, with headers, retries included.' }),
        requests: Type.Integer({ minimum: 0 }),
      },
      { description: 'What was kept off the network since the start.' },
    ),
  },
  {
    $id: 'Uplink',
    examples: [
      {
        state: 'idle',
        url: 'https://example.org/ingest',
        backlog: { items: 0, bytes: 0, oldest_age_s: null },
        hours_until_full: 11680,
        last_success: '2026-11-23T10:05:02.120Z',
        last_error: null,
        next_try: null,
        refusing: null,
        set_aside: [],
        set_aside_count: 0,
        saving: { readings: 86400, reading_bytes: 26000000, items_sent: 288, bytes_sent: 160000, requests: 288 },
      },
    ],
  },
);
export type Uplink = Static<typeof UplinkSchema>;

export const SetAsideRetrySchema = Type.Unsafe<{ ids?: string[] } | null>({
  ...Type.Object(
    {
      ids: Type.Optional(
        Type.Array(Type.String({ maxLength: 300 }), {
          minItems: 1,
          maxItems: 100,
          description: 'Ids out of `set_aside`; without them, all.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  type: ['object', 'null'],
});

export const RequeuedSchema = Type.Object(
  { requeued: Type.Integer({ minimum: 0, description: 'How many items wait again.' }) },
  { $id: 'Requeued', examples: [{ requeued: 3 }] },
);
