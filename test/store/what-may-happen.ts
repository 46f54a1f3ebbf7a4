import fc from 'fast-check';

const DAY = 86_400_000;

/** A database that is always too large: every step of making room goes as far as it can. */
export const NO_ROOM = 1;
export const ROOM = Number.POSITIVE_INFINITY;

/** Divide an hour, and not all of them one another. */
const sizes = fc
  .constantFrom(1, 8, 16, 20, 30, 45, 60, 75, 80, 300, 300, 300, 400, 720, 3600)
  .map((seconds) => seconds * 1000);

/** What may happen to a device, in any order. */
export type Event =
  | { kind: 'read'; count: number }
  | { kind: 'step'; ms: number }
  | { kind: 'close' }
  | { kind: 'restart'; reboot: boolean; windowMs: number }
  /** The database is broken, and all that can be read of it moves into a new one. */
  | { kind: 'salvage'; windowMs: number }
  | { kind: 'synchronise' }
  | { kind: 'send'; batches?: number }
  | { kind: 'refuse'; batches: number }
  | { kind: 'visit'; second: number; count: number }
  | { kind: 'loseReply' }
  | { kind: 'retain'; steps: number; keepReadingsMs: number };

export const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 12 }) }) },
  fc.record({
    kind: fc.constant('step' as const),
    ms: fc.constantFrom(
      1000,
      -1000,
      61_000,
      -61_000,
      400_000,
      -400_000,
      400_000,
      -400_000,
      DAY,
      -DAY,
      14 * DAY,
      -14 * DAY,
    ),
  }),
  fc.constant({ kind: 'close' as const }),
  fc.record({
    kind: fc.constant('restart' as const),
    reboot: fc.boolean(),
    windowMs: sizes,
  }),
  fc.record({ kind: fc.constant('salvage' as const), windowMs: sizes }),
  fc.constant({ kind: 'synchronise' as const }),
  fc.constant({ kind: 'send' as const }),
  fc.constant({ kind: 'loseReply' as const }),
  fc.record({ kind: fc.constant('refuse' as const), batches: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    kind: fc.constant('retain' as const),
    steps: fc.constantFrom(1, 2, 3, 5, 100),
    keepReadingsMs: fc.constantFrom(0, 60_000, DAY, Number.POSITIVE_INFINITY),
  }),
);

/** A clock that is lost within a few hours: windows are written to, closed, sent, merged and dropped again and again. */
export const crowded: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('visit' as const),
      second: fc.oneof(
        fc.integer({ min: 0, max: 14 }).map((minute) => minute * 60),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 8400 }),
      ),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'close' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const), batches: fc.integer({ min: 1, max: 3 }) }) },
  fc.constant({ kind: 'loseReply' as const }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('refuse' as const), batches: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('retain' as const),
      steps: fc.integer({ min: 1, max: 6 }),
      keepReadingsMs: fc.constant(ROOM),
    }),
  },
  fc.record({
    kind: fc.constant('restart' as const),
    reboot: fc.constant(false),
    windowMs: sizes,
  }),
  fc.record({ kind: fc.constant('salvage' as const), windowMs: sizes }),
);
