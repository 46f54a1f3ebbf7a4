import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Limits, Plausibility, type Sample } from '../../src/sensors/plausibility.ts';

const finite = { noNaN: true, noDefaultInfinity: true } as const;
const aValue = fc.oneof(fc.double({ ...finite, min: -200, max: 200 }), fc.constantFrom(85, 0, 20, 20.5));

/** Values at times that never go back, as one sensor gives them. */
const aHistory = fc
  .array(fc.record({ value: aValue, pauseMs: fc.nat(60_000) }), { minLength: 1, maxLength: 40 })
  .map((entries) => {
    let monotonic = 0;
    return entries.map(({ value, pauseMs }): Sample => {
      monotonic += pauseMs;
      return { value, monotonic };
    });
  });

const someLimits: fc.Arbitrary<Limits> = fc.record({
  unit: fc.constantFrom('°C', null),
  min: fc.constantFrom(null, -100),
  max: fc.constantFrom(null, 100),
  maxStepPerS: fc.option(fc.double({ ...finite, min: 1e-3, max: 100 })),
  stuckAfterS: fc.option(fc.double({ ...finite, min: 1, max: 300 })),
  powerOnValue: fc.constantFrom(null, 85),
  staleAfterS: fc.constantFrom(30, 300),
});

function judgeAll(limits: Limits, history: readonly Sample[]) {
  const plausibility = new Plausibility(limits);
  return history.map((sample) => ({ ...sample, judged: plausibility.judge(sample) }));
}

describe('whatever a sensor says', () => {
  it('its value is kept as it is, with a reason exactly where it is not good', () => {
    fc.assert(
      fc.property(someLimits, aHistory, (limits, history) => {
        for (const { value, judged } of judgeAll(limits, history)) {
          assert.equal(judged.value, value);
          assert.equal(judged.reason === null, judged.quality === 'good');
        }
      }),
    );
  });

  it('no good value is out of range, and no two in a row are further apart than allowed', () => {
    fc.assert(
      fc.property(someLimits, aHistory, (limits, history) => {
        const good = judgeAll(limits, history).filter(({ judged }) => judged.quality === 'good');
        for (const [index, { value, monotonic }] of good.entries()) {
          assert.ok(value >= (limits.min ?? value) && value <= (limits.max ?? value));
          const before = good[index - 1];
          if (before === undefined || limits.maxStepPerS === null) continue;
          const allowed = (limits.maxStepPerS * (monotonic - before.monotonic)) / 1000;
          assert.ok(Math.abs(value - before.value) <= allowed * (1 + 1e-6));
        }
      }),
    );
  });

  it('a level that stays is believed once the step has had its time, and not before', () => {
    fc.assert(
      fc.property(someLimits, aHistory, aValue, (changes, history, level) => {
        const limits = { ...changes, min: null, max: null, stuckAfterS: null, powerOnValue: null };
        const { maxStepPerS } = limits;
        const plausibility = new Plausibility(limits);
        let last: Sample | undefined;
        for (const sample of history) if (plausibility.judge(sample).quality === 'good') last = sample;
        assert.ok(last !== undefined, 'the first value is believed');
        const needsMs = maxStepPerS === null ? 0 : (Math.abs(level - last.value) / maxStepPerS) * 1000;
        const at = (monotonic: number) => plausibility.judge({ value: level, monotonic }).quality;
        const now = history.at(-1)?.monotonic ?? 0;
        const early = last.monotonic + needsMs * 0.999 - 1e-3;
        if (early > now && level !== last.value) assert.equal(at(early), 'too_fast');
        assert.equal(at(Math.max(now, last.monotonic + needsMs * 1.001 + 1e-3)), 'good');
      }),
    );
  });

  it('a rejected value changes nothing about what comes after it, but for being stuck', () => {
    fc.assert(
      fc.property(someLimits, aHistory, (changes, history) => {
        const limits = { ...changes, stuckAfterS: null };
        const all = judgeAll(limits, history);
        const good = all.filter(({ judged }) => judged.quality === 'good');
        const again = judgeAll(limits, good);
        assert.deepEqual(
          again.map(({ judged }) => judged),
          good.map(({ judged }) => judged),
        );
      }),
    );
  });
});
