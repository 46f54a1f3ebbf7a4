import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Summary } from '../support/receiver.ts';
import { type Event, lives, NO_ROOM, play, ROOM } from './a-life-of-readings.ts';
import { WINDOW_MS } from './a-store.ts';

const PRECISION = 1e-9;

/** A reading every 100 seconds of two hours, and then no room. */
const MERGED: Event[] = [
  {
    kind: 'commit',
    readings: Array.from({ length: 72 }, (_, n) => ({ second: n * 100, value: 20 + (n % 7), good: true })),
  },
  { kind: 'close', second: 7300 },
  { kind: 'makeRoom', steps: 3 },
];

/** The schoolbook's way, from values and not from other statistics. */
function recompute(values: readonly number[]) {
  const mean = values.reduce((sum, each) => sum + each / values.length, 0);
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const stdev = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
  return { mean, stdev, min: Math.min(...values), max: Math.max(...values) };
}

/** Compares the last revision of every window; answers how many there are. */
function assertRecomputed({ taken, items }: ReturnType<typeof play>): number {
  const windows = new Map<string, Summary>();
  for (const item of items) windows.set(`${item.window_start} ${item.window_s}`, item);
  const covers = ({ window_start, window_s }: Summary, at: number) =>
    at >= Date.parse(window_start) && at < Date.parse(window_start) + window_s * 1000;
  for (const summary of windows.values()) {
    // An hour stands for what the windows inside it, which had arrived before, do not.
    const inside = [...windows.values()].filter(({ window_s }) => window_s < summary.window_s);
    const own = taken.filter(({ at }) => covers(summary, at) && !inside.some((window) => covers(window, at)));
    const values = own.map((reading) => reading.value);
    const scale = Math.max(1, ...values.map(Math.abs));
    assert.equal(summary.count, values.length, summary.id);
    for (const [name, expected] of Object.entries(recompute(values))) {
      const difference = Math.abs(Number(summary[name]) - expected);
      assert.ok(difference <= PRECISION * scale, `${summary.id}: ${name} is ${summary[name]}, not ${expected}`);
    }
  }
  assert.equal(
    [...windows.values()].reduce((sum, { count }) => sum + count, 0),
    taken.length,
  );
  return windows.size;
}

describe('each summary that arrives', () => {
  it('is what its raw readings come to, in whatever order, windows and lives they came', (t) => {
    fc.assert(
      fc.property(lives, (events) => {
        const played = play(t, ROOM, events);
        const windows = assertRecomputed(played);
        if (events.some((next) => next.kind === 'restart' && next.windowS * 1000 !== WINDOW_MS)) return;
        const spans = new Set(played.taken.map(({ at }) => Math.floor(at / WINDOW_MS)));
        assert.equal(windows, spans.size, 'a window for each span with readings');
      }),
      { numRuns: 100 },
    );
  });

  it('is so as an hour, too, that had to take the place of its windows', (t) => {
    let hours = 0;
    fc.assert(
      fc.property(lives, (events) => {
        const played = play(t, NO_ROOM, events);
        if (played.items.some((item) => String(item.kind) === 'gap')) return; // what was dropped is in no window
        assertRecomputed(played);
        hours += played.items.filter(({ window_s }) => window_s === 3600).length;
      }),
      { numRuns: 200, examples: [[MERGED]] },
    );
    assert.ok(hours > 0);
  });
});

describe('negative control: a difference is seen', () => {
  const change = (t: TestContext, tamper: (items: Summary[]) => Summary[]) => {
    const { taken, items } = play(t, ROOM, MERGED);
    return () => assertRecomputed({ taken, items: tamper(items) });
  };

  it('of a billionth and a half in one member', (t) => {
    assert.doesNotThrow(change(t, (items) => items));
    for (const name of ['mean', 'stdev', 'min', 'max']) {
      const off = (item: Summary) => ({ ...item, [name]: Number(item[name]) + 1.5e-9 * 26 });
      assert.throws(
        change(t, ([first, ...rest]) => (first ? [off(first), ...rest] : [])),
        new RegExp(`: ${name} is `),
      );
    }
  });

  it('where a summary is missing, or counts one reading more', (t) => {
    assert.throws(change(t, ([, ...rest]) => rest));
    assert.throws(change(t, ([first, ...rest]) => (first ? [{ ...first, count: first.count + 1 }, ...rest] : [])));
  });
});
