import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Device, itemsOf, windowsOf } from './a-played-device.ts';
import { crowded, type Event, event, NO_ROOM, ROOM } from './what-may-happen.ts';

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** What arrives of a life like this, when it is over. */
function lifeOf(t: TestContext, maxBytes: number, inTime: boolean, events: Event[]) {
  const device = new Device(t, maxBytes);
  if (inTime) device.apply({ kind: 'synchronise' });
  for (const next of events) device.apply(next);
  device.settle();
  const setAside = device.setAside();
  device.close();
  return { taken: device.taken, setAside, windows: windowsOf(device), gaps: itemsOf(device, 'gap') };
}

/** The wall clock goes back into a window that was closed with another size. */
const BACK_INTO_ANOTHER_SIZE: Event[] = [
  { kind: 'synchronise' },
  { kind: 'read', count: 5 },
  { kind: 'step', ms: 400_000 },
  { kind: 'close' },
  { kind: 'restart', reboot: false, windowMs: 60_000 },
  { kind: 'step', ms: -400_000 },
  { kind: 'read', count: 5 },
  { kind: 'step', ms: 400_000 },
  { kind: 'close' },
];

const visit = (minute: number, count = 1): Event => ({ kind: 'visit', second: minute * 60, count });
const size = (seconds: number): Event => ({ kind: 'restart', reboot: false, windowMs: seconds * 1000 });
const CLOSE: Event = { kind: 'close' };
const SEND: Event = { kind: 'send' };
const RETAIN: Event = { kind: 'retain', steps: 100, keepReadingsMs: ROOM };

const read = (count: number): Event => ({ kind: 'read', count });
const later = (ms: number): Event => ({ kind: 'step', ms });
/** Windows of the one size do not end where those of the other begin, whether they are closed already or still open. */
const NOT_DIVIDING: Event[] = [size(30), read(4), size(20), read(6), CLOSE];
const CLOSED_BETWEEN: Event[] = [size(30), read(4), later(61_000), CLOSE, later(-61_000), size(20), read(6), CLOSE];
/** The clock was ahead: the windows of the other size lie behind the row that comes. */
const INTO_THE_OTHER_SIZE: Event[] = [
  size(20),
  later(61_000),
  read(4),
  CLOSE,
  size(45),
  later(-61_000),
  read(9),
  CLOSE,
];
const ONE_AFTER_THE_OTHER: Event[] = [30, 20, 45, 8, 300, 75, 3600, 16].flatMap((s) => [size(s), read(4)]);
/** What was counted in a window that begins before the rows that are saved must not be counted again. */
const SAVED_IN_ANOTHER_SIZE: Event[] = [
  ...[size(45), read(12), read(12), later(400_000), CLOSE, { kind: 'salvage', windowMs: 20_000 } as Event],
  ...[later(-400_000), later(-61_000), read(8), CLOSE],
];
const SIZES = [NOT_DIVIDING, CLOSED_BETWEEN, INTO_THE_OTHER_SIZE, ONE_AFTER_THE_OTHER, SAVED_IN_ANOTHER_SIZE];

/** An hour that was merged is written to, and so is the window at its begin that had arrived before: both are open. */
const HOUR_AND_ITS_FIRST: Event[] = [
  ...[visit(0), visit(130), CLOSE, SEND, visit(0), visit(5), visit(10), CLOSE, { ...RETAIN, steps: 4 } as Event],
  ...[visit(0), visit(20), visit(0), CLOSE],
];
/** Two gaps of the same instant. */
const DROPPED_TWICE: Event[] = [visit(130), visit(0), CLOSE, RETAIN, SEND, visit(0), CLOSE, RETAIN];
/** In the hour that is merged one window has arrived before, and was added to. */
const MERGED_BESIDE_ARRIVED: Event[] = [
  ...[visit(5), visit(130), CLOSE, SEND],
  ...[visit(0), visit(5), CLOSE, { ...RETAIN, steps: 4 } as Event],
];
const REFUSE: Event = { kind: 'refuse', batches: 1 };
const LATE: Event[] = [visit(0), CLOSE, SEND];
/** What was refused makes room, and then its window is written to: the next revision must not bring it once more. */
const REFUSED_THEN_LATE: Event[] = [visit(0), CLOSE, REFUSE, RETAIN, ...LATE];
/** What was refused is brought by the next revision after all, and makes room then. */
const LATE_THEN_DROPPED: Event[] = [visit(0), CLOSE, REFUSE, ...LATE, RETAIN];
/** The next revision waits already when what was refused could make room. */
const LATE_WAITS: Event[] = [visit(0), CLOSE, REFUSE, visit(0), CLOSE, { ...RETAIN, steps: 1 } as Event];
/** A merged hour is refused, makes room, and is written to. */
const REFUSED_HOUR: Event[] = [
  ...[visit(0), visit(5), visit(130), CLOSE, { ...RETAIN, steps: 4 } as Event, { ...REFUSE, batches: 3 } as Event],
  ...[{ ...RETAIN, steps: 1 } as Event, visit(10), visit(15), CLOSE, RETAIN],
];
/** Gaps are refused as well, and make room again. */
const REFUSED_GAPS: Event[] = Array.from({ length: 4 }, () => [visit(0), CLOSE, REFUSE, RETAIN]).flat();
const REFUSALS = [REFUSED_THEN_LATE, LATE_THEN_DROPPED, LATE_WAITS, REFUSED_HOUR, REFUSED_GAPS];
const LIVES = {
  'over years': { arbitrary: event, examples: [] },
  'within hours': {
    arbitrary: crowded,
    examples: [HOUR_AND_ITS_FIRST, DROPPED_TWICE, MERGED_BESIDE_ARRIVED, ...REFUSALS],
  },
};

describe('whatever the clock, the power and the network do', () => {
  it('every reading is counted exactly once, upstream or set aside, and no two windows share time', (t) => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(event, { minLength: 1, maxLength: 60 }), (inTime, events) => {
        const { taken, setAside, windows, gaps } = lifeOf(t, ROOM, inTime, events);
        const told = sum(gaps.map(({ count }) => count));
        assert.equal(sum(windows.map(({ count }) => count)) + told + setAside, taken);
        assert.ok(told === 0 || events.some(({ kind }) => kind === 'salvage'));
        for (const [index, { start }] of windows.entries())
          assert.ok(start >= (windows[index - 1]?.end ?? Number.NEGATIVE_INFINITY));
        for (const { start, window_s } of windows) {
          // Before 1970 the rest of a division is -0.
          assert.deepEqual([Math.abs(start % (window_s * 1000)), 3600 % window_s], [0, 0], 'aligned to UTC');
        }
      }),
      {
        numRuns: 150,
        examples: [BACK_INTO_ANOTHER_SIZE, ...SIZES].map((events): [boolean, Event[]] => [true, events]),
      },
    );
  });

  for (const [what, { arbitrary, examples }] of Object.entries(LIVES)) {
    it(`and however short of room it is, every reading is in one window, one gap or set aside: ${what}`, (t) => {
      fc.assert(
        fc.property(fc.boolean(), fc.array(arbitrary, { minLength: 1, maxLength: 60 }), (inTime, events) => {
          const { taken, setAside, windows, gaps } = lifeOf(t, NO_ROOM, inTime || arbitrary === crowded, events);
          const dropped = sum(gaps.map(({ count }) => count));
          assert.equal(sum(windows.map(({ count }) => count)) + dropped + setAside, taken);
          if (dropped > 0 || setAside > 0) return;
          // Readings are numbered: their sum is that of a series only when none is in two windows.
          const total = sum(windows.map(({ mean, count }) => mean * count));
          assert.ok(Math.abs(total - (taken * (taken + 1)) / 2) <= 1e-6 * taken ** 2);
        }),
        { numRuns: 300, examples: examples.map((events): [boolean, Event[]] => [true, events]) },
      );
    });
  }
});
