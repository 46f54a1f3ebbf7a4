import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerTimes } from '../../src/store/answer-times.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

function someTimes() {
  const clock = new FakeClock();
  return { clock, times: new AnswerTimes(clock) };
}

describe('how long the disk takes to answer', () => {
  it('is told to whoever waits, once the oldest question has waited for a second and a half', async () => {
    const { clock, times } = someTimes();
    times.asks();
    await clock.advance(1000);
    times.asks(); // it stands behind the first
    const told = assert.rejects(times.orStalled(new Promise(() => {})), { code: 'STALLED' });
    await clock.advance(499);
    assert.equal(times.isStalled, false);
    await clock.advance(1);
    await told;
    assert.equal(times.isStalled, true);
  });

  it('is no matter of what else is waited for, as a receiver', async () => {
    const { clock, times } = someTimes();
    const other = Promise.withResolvers<string>();
    const answer = times.orStalled(other.promise);
    await clock.advance(60_000);
    other.resolve('after all');
    assert.equal(await answer, 'after all');
    await settled();
    assert.equal(clock.waiting, 0);
  });

  it('passes on what was answered, and what it failed with', async () => {
    const { clock, times } = someTimes();
    assert.equal(await times.orStalled(Promise.resolve(1)), 1);
    await assert.rejects(times.orStalled(Promise.reject(new Error('EIO'))), /EIO/);
    await settled();
    assert.equal(clock.waiting, 0);
  });

  it('is a fault while it lasts, and for ten seconds after it', async () => {
    const { clock, times } = someTimes();
    times.asks();
    await clock.advance(2001);
    assert.equal(times.fault, 'the disk has not answered for 2.0 s');
    times.answered();
    assert.deepEqual([times.isStalled, times.fault], [false, 'the disk took 2.0 s to answer']);
    await clock.advance(10_000);
    assert.equal(times.fault, null);
  });

  it('is forgotten with the thread that was to answer', async () => {
    const { clock, times } = someTimes();
    times.asks();
    await clock.advance(5000);
    times.forget();
    assert.deepEqual([times.isStalled, times.fault], [false, null]);
  });
});
