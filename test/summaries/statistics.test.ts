import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { merge, type Point, type Statistics, stdev, summarise } from '../../src/summaries/statistics.ts';

/** Readings as sensors give them: any magnitude, and small steps on a large offset, where digits get lost. */
const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: 0, max: 1000 }).map((step) => 100_000 + step / 1000),
);
const point = fc.record({ at: fc.integer({ min: 0, max: 300_000 }), value });
const points = fc.array(point, { minLength: 1, maxLength: 200 });

/** The textbook's way, with the exact mean in the middle. */
function byTheBook(all: readonly Point[]): Omit<Statistics, 'm2'> & { stdev: number } {
  const values = all.map((one) => one.value).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const mean = values.reduce((sum, each) => sum + each / values.length, 0);
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const times = all.map(({ at }) => at);
  return {
    count: values.length,
    mean,
    min: Math.min(...values),
    max: Math.max(...values),
    first: Math.min(...times),
    last: Math.max(...times),
    stdev: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
  };
}

function assertSame(found: Statistics | undefined, all: readonly Point[]): void {
  assert.ok(found);
  const expected = byTheBook(all);
  const scale = Math.max(1, ...all.map((one) => Math.abs(one.value)));
  for (const name of ['count', 'min', 'max', 'first', 'last'] as const) assert.equal(found[name], expected[name], name);
  assert.ok(Math.abs(found.mean - expected.mean) <= 1e-9 * scale, `mean ${found.mean} ${expected.mean}`);
  assert.ok(Math.abs(stdev(found) - expected.stdev) <= 1e-9 * scale, `stdev ${stdev(found)} ${expected.stdev}`);
}

describe('a summary', () => {
  it('is what the textbook computes from the same readings, to 1e-9', () => {
    fc.assert(fc.property(points, (all) => assertSame(summarise(all), all)));
  });

  it('does not depend on the order in which readings come', () => {
    fc.assert(
      fc.property(points, fc.infiniteStream(fc.nat()), (all, order) => {
        const shuffled = all.map((one) => ({ one, place: order.next().value })).toSorted((a, b) => a.place - b.place);
        assertSame(summarise(shuffled.map(({ one }) => one)), all);
      }),
    );
  });

  it('of nothing is none, and of one reading has no deviation', () => {
    assert.equal(summarise([]), undefined);
    const one = summarise([{ at: 5, value: 21.4 }]);
    assert.deepEqual(one, { count: 1, mean: 21.4, m2: 0, min: 21.4, max: 21.4, first: 5, last: 5 });
    assert.equal(stdev(one as Statistics), 0);
  });

  it('has the sample deviation of the chapter', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9].map((each, at) => ({ at, value: each }));
    assert.equal(stdev(summarise(values) as Statistics).toFixed(6), '2.138090');
  });
});

describe('merged summaries', () => {
  it('are the summary of all their readings together, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(points, { minLength: 1, maxLength: 12 }), (parts) => {
        const merged = parts.map((part) => summarise(part) as Statistics).reduce(merge);
        assertSame(merged, parts.flat());
      }),
    );
  });
});
