import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LatestReadings } from '../../src/collector/latest.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aReading, aSensor } from './a-sensor.ts';

const HOUR_MS = 3_600_000;

const failed = { value: null, quality: 'failed', reason: 'the wire is cut' } as const;

function latestOf(...sensors: Parameters<typeof aSensor>[0][]) {
  const clock = new FakeClock(0);
  const latest = new LatestReadings(sensors.map(aSensor), clock);
  return { clock, latest, air: () => latest.resource('air') };
}

describe('the latest reading of a sensor', () => {
  it('says before the first reading that there is none', () => {
    const { latest, air } = latestOf({ id: 'air' });
    const { value, timestamp, age_s, stale, quality, reason } = air() ?? {};
    assert.deepEqual(
      { value, timestamp, age_s, stale, quality, reason },
      { value: null, timestamp: null, age_s: null, stale: false, quality: 'none', reason: null },
    );
    assert.equal(latest.goodValue('air'), null);
  });

  it('shows value, time and age of a good reading', async () => {
    const { latest, clock, air } = latestOf({ id: 'air' });
    await clock.advance(2_500);
    latest.take(aReading({ value: 21.5, at: clock.now(), monotonic: clock.monotonic() }));
    await clock.advance(1_234);
    const { value, timestamp, age_s, quality } = air() ?? {};
    assert.deepEqual(
      { value, timestamp, age_s, quality },
      { value: 21.5, timestamp: '1970-01-01T00:00:02.500Z', age_s: 1.234, quality: 'good' },
    );
    assert.equal(latest.goodValue('air'), 21.5);
  });

  it('shows why a reading failed, and no value', () => {
    const { latest, air } = latestOf({ id: 'air' });
    latest.take(aReading());
    latest.take(aReading({ ...failed, monotonic: 10_000 }));
    assert.equal(air()?.value, null);
    assert.equal(air()?.reason, 'the wire is cut');
    assert.equal(latest.goodValue('air'), null);
  });

  it('does not give a value outside of the limits as a good one', () => {
    const { latest } = latestOf({ id: 'air' });
    latest.take(aReading({ value: 85, quality: 'out_of_range', reason: 'too hot' }));
    assert.equal(latest.goodValue('air'), null);
  });

  it('is not replaced by an older one that arrives late', () => {
    const { latest, air } = latestOf({ id: 'air' });
    const newer = aReading({ value: 30, monotonic: 20_000 });
    latest.take(newer);
    assert.equal(latest.take(aReading({ value: 10, monotonic: 10_000 })), newer);
    assert.equal(air()?.value, 30);
  });

  it('is replaced by a newer one although the wall clock went back', () => {
    const { latest, air } = latestOf({ id: 'air' });
    latest.take(aReading({ value: 30, at: 5 * HOUR_MS, monotonic: 10_000 }));
    latest.take(aReading({ value: 31, at: HOUR_MS, monotonic: 20_000 }));
    assert.equal(air()?.value, 31);
  });

  it('answers what stood there before', () => {
    const { latest } = latestOf({ id: 'air' });
    const first = aReading();
    assert.equal(latest.take(first), undefined);
    assert.equal(latest.take(aReading({ monotonic: 10_000 })), first);
  });

  it('is unknown for a sensor that is not configured', () => {
    const { latest } = latestOf({ id: 'air' });
    latest.take(aReading({ sensor: 'ghost' }));
    assert.equal(latest.resource('ghost'), undefined);
    assert.equal(latest.goodValue('ghost'), null);
    assert.deepEqual(Object.keys(latest.statuses()), ['air']);
  });
});

describe('a stale sensor', () => {
  it('is one that was never good for longer than it may be', async () => {
    const { latest, clock } = latestOf({ id: 'air', staleAfterS: 30 }, { id: 'soil', staleAfterS: 60 });
    await clock.advance(29_999);
    assert.deepEqual(latest.stale(), []);
    await clock.advance(1);
    assert.deepEqual(latest.stale(), ['air']);
    assert.equal(latest.resource('air')?.age_s, null);
  });

  it('is not helped by readings that fail, and is well again after a good one', async () => {
    const { latest, clock, air } = latestOf({ id: 'air', staleAfterS: 30 });
    latest.take(aReading());
    for (let round = 0; round < 4; round++) {
      await clock.advance(10_000);
      latest.take(aReading({ ...failed, monotonic: clock.monotonic() }));
    }
    assert.deepEqual(latest.stale(), ['air']);
    assert.deepEqual([air()?.stale, air()?.age_s], [true, 40]);
    latest.take(aReading({ monotonic: clock.monotonic() }));
    assert.deepEqual(latest.stale(), []);
    assert.deepEqual([air()?.stale, air()?.age_s], [false, 0]);
  });

  it('is judged by time that passed, whatever happens to the wall clock', async () => {
    const { latest, clock, air } = latestOf({ id: 'air', staleAfterS: 30 });
    latest.take(aReading());
    clock.step(10 * HOUR_MS);
    assert.deepEqual([air()?.stale, air()?.age_s], [false, 0]);
    clock.step(-20 * HOUR_MS);
    await clock.advance(30_000);
    assert.deepEqual([air()?.stale, air()?.age_s], [true, 30]);
  });
});
