import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../src/sensors/plausibility.ts';

const AIR = { min: -40, max: 80, unit: '°C' };

describe('a value', () => {
  for (const value of [-40, 80, 0, -39.999]) {
    it(`is good within the limits, which belong to it: ${value}`, () => {
      assert.deepEqual(judge(value, AIR), { value, quality: 'good', reason: null });
    });
  }

  it('outside of a limit is kept and marked, with the reason', () => {
    assert.deepEqual(judge(-40.001, AIR), {
      value: -40.001,
      quality: 'out_of_range',
      reason: '-40.001 °C is below the minimum of -40 °C',
    });
    assert.deepEqual(judge(85, AIR), {
      value: 85,
      quality: 'out_of_range',
      reason: '85 °C is above the maximum of 80 °C',
    });
    assert.equal(judge(2, { min: null, max: 1, unit: null }).reason, '2 is above the maximum of 1');
  });

  it('has no limit where none is set', () => {
    assert.equal(judge(-1e300, { min: null, max: 80, unit: 'V' }).quality, 'good');
    assert.equal(judge(1e300, { min: -40, max: null, unit: 'V' }).quality, 'good');
    assert.equal(judge(0, { min: 0, max: null, unit: 'V' }).quality, 'good');
    assert.equal(judge(-1, { min: 0, max: null, unit: 'V' }).quality, 'out_of_range');
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`that is ${value} is a failed reading, with and without limits`, () => {
      const failed = { value: null, quality: 'failed', reason: `the sensor gave ${value}` };
      assert.deepEqual(judge(value, AIR), failed);
      assert.deepEqual(judge(value, { min: null, max: null, unit: null }), failed);
    });
  }
});
