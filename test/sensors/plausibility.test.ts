import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Judged, judge, type Limits, NO_MEMORY, Plausibility } from '../../src/sensors/plausibility.ts';

/** Limits that allow everything but what a test says. */
const limits = (changes: Partial<Limits> = {}): Limits => ({
  unit: '°C',
  min: null,
  max: null,
  maxStepPerS: null,
  stuckAfterS: null,
  powerOnValue: null,
  staleAfterS: 30,
  ...changes,
});

/** What becomes of the values in a text like `0:20 10:25`: 20 at the beginning, 25 after ten seconds. */
function judgeAll(allowed: Limits, samples: string): Judged[] {
  const plausibility = new Plausibility(allowed);
  return samples.split(' ').map((sample) => {
    const [seconds, value] = sample.split(':').map(Number) as [number, number];
    return plausibility.judge({ value, monotonic: seconds * 1000 });
  });
}

const qualities = (allowed: Limits, samples: string) =>
  judgeAll(allowed, samples)
    .map(({ quality }) => quality)
    .join(' ');

const judgeFirst = (value: number, allowed: Limits) => judge({ value, monotonic: 0 }, allowed, NO_MEMORY).judged;

describe('a value', () => {
  const AIR = limits({ min: -40, max: 80 });

  for (const value of [-40, 80, 0, -39.999]) {
    it(`is good within the limits, which belong to it: ${value}`, () => {
      assert.deepEqual(judgeFirst(value, AIR), { value, quality: 'good', reason: null });
    });
  }

  for (const [value, reason] of [
    [-40.001, '-40.001 °C is below the minimum of -40 °C'],
    [85, '85 °C is above the maximum of 80 °C'],
  ] as const) {
    it(`outside of a limit is kept and marked, with the reason: ${value}`, () => {
      assert.deepEqual(judgeFirst(value, AIR), { value, quality: 'out_of_range', reason });
    });
  }

  it('of a sensor without a unit is told without one', () => {
    assert.equal(judgeFirst(2, limits({ max: 1, unit: null })).reason, '2 is above the maximum of 1');
  });

  for (const [value, changes, quality] of [
    [-1e300, { max: 80 }, 'good'],
    [1e300, { min: -40 }, 'good'],
    [0, { min: 0 }, 'good'],
    [-1, { min: 0 }, 'out_of_range'],
  ] as const) {
    it(`has no limit where none is set: ${value} with ${JSON.stringify(changes)} is ${quality}`, () => {
      assert.equal(judgeFirst(value, limits(changes)).quality, quality);
    });
  }

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`that is ${value} is a failed reading, with and without limits, and leaves no trace`, () => {
      const failed = { value: null, quality: 'failed', reason: `the sensor gave ${value}` };
      for (const allowed of [AIR, limits()]) {
        const { judged, memory } = judge({ value, monotonic: 0 }, allowed, NO_MEMORY);
        assert.deepEqual([judged, memory], [failed, NO_MEMORY]);
      }
    });
  }
});

describe('a step', () => {
  const SLOW = limits({ maxStepPerS: 0.5 });

  const cases: Record<string, [samples: string, expected: string]> = {
    'that is allowed for the time between two readings is good': ['0:20 10:25', 'good good'],
    'down is one as well as a step up': ['0:20 10:14.9', 'good too_fast'],
    'that is larger is too fast, and the next value that fits is good': ['0:20 10:25.1 20:20', 'good too_fast good'],
    'that stays is believed when the time allows for it': [
      '0:20 10:40 20:40 30:40 40:40 50:40',
      'good too_fast too_fast too_fast good good',
    ],
    'after a silence is measured by the whole of it': ['0:20 100:70', 'good good'],
    'is measured from the last good value, not from a rejected one': ['0:20 10:30 20:31', 'good too_fast too_fast'],
    'is not asked of the first value': ['0:1000', 'good'],
    'within the same instant is too fast, however small': ['0:20 0:20.001', 'good too_fast'],
    'of nothing needs no time': ['0:20 0:20', 'good good'],
    'just allowed is not refused for binary arithmetic': [
      '0:0.1 0.2:0.2 0.4:0.3 0.6:0.4 0.8:0.5 1:0.6',
      'good good good good good good',
    ],
    'is never measured from a reading that was begun before the last good one': [
      '10:20 0:20 11:22',
      'good good too_fast',
    ],
    'of a reading that was begun before the last good one has no time at all': [
      '10:20 0:20.1 20:25',
      'good too_fast good',
    ],
  };
  for (const [what, [samples, expected]] of Object.entries(cases)) {
    it(what, () => assert.equal(qualities(SLOW, samples), expected));
  }

  it('out of range does not count as the last good value', () => {
    const both = limits({ maxStepPerS: 0.5, max: 60 });
    assert.deepEqual(qualities(both, '0:58 10:62 20:55'), 'good out_of_range good');
  });

  it('that is rejected keeps its value and says what was wrong', () => {
    const [, judged] = judgeAll(SLOW, '0:20 10:40');
    const reason = 'from 20 °C to 40 °C within 10 s is faster than 0.5 °C a second';
    assert.deepEqual(judged, { value: 40, quality: 'too_fast', reason });
  });
});

describe('the power-on value', () => {
  const THERMOMETER = limits({ min: -55, max: 125, powerOnValue: 85 });

  const cases: Record<string, [samples: string, expected: string]> = {
    'is not believed as the first value': ['0:85', 'power_on_value'],
    'is not believed out of nowhere': ['0:21 10:85 20:21', 'good power_on_value good'],
    'is believed next to a good value near to it': ['0:80 10:85 20:85', 'good good good'],
    'is believed coming from above too': ['0:90 10:85', 'good good'],
    'is not believed a little further away': ['0:79.9 10:85', 'good power_on_value'],
    'is not believed when the good value is stale': ['0:84 31:85', 'good power_on_value'],
    'is not believed for being said again and again': [
      '0:85 10:85 20:85',
      'power_on_value power_on_value power_on_value',
    ],
    'has neighbours that are plain values': ['0:84.9375 10:85.0625', 'good good'],
  };
  for (const [what, [samples, expected]] of Object.entries(cases)) {
    it(what, () => assert.equal(qualities(THERMOMETER, samples), expected));
  }

  it('is the reason also where it is out of range, and is plain where the device has none', () => {
    assert.equal(judgeFirst(85, { ...THERMOMETER, max: 80 }).quality, 'power_on_value');
    assert.equal(judgeFirst(85, limits()).quality, 'good');
  });

  it('is told for what it is', () => {
    assert.equal(
      judgeFirst(85, THERMOMETER).reason,
      '85 °C is what the sensor says after power-on, before it has measured',
    );
  });
});

describe('a value that does not change', () => {
  const NOISY = limits({ stuckAfterS: 30 });

  const cases: Record<string, [samples: string, expected: string]> = {
    'is stuck from that time on': ['0:5 10:5 29.9:5 30:5 40:5', 'good good good stuck stuck'],
    'is good again as soon as it moves, and is given the whole time again': [
      '0:5 30:5 40:5.001 60:5.001 70:5.001',
      'good stuck good good stuck',
    ],
    'may come back to what it was': ['0:5 20:6 40:5 60:5', 'good good good good'],
  };
  for (const [what, [samples, expected]] of Object.entries(cases)) {
    it(what, () => assert.equal(qualities(NOISY, samples), expected));
  }

  it('counts from its first time, although it was not plausible then', () => {
    const both = limits({ stuckAfterS: 30, maxStepPerS: 1 });
    assert.deepEqual(qualities(both, '0:0 10:20 20:20 40:20'), 'good too_fast good stuck');
  });

  it('may rest for ever where nobody asked', () => {
    assert.deepEqual(qualities(limits(), '0:5 1e9:5'), 'good good');
  });

  it('is told with the time', () => {
    const [, judged] = judgeAll(NOISY, '0:5 60:5');
    assert.deepEqual(judged, { value: 5, quality: 'stuck', reason: '5 °C has not changed for 30 s or longer' });
  });
});
