import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../src/clock.ts';
import { FAKE_START_MS, type FakeClock } from '../support/fake-clock.ts';
import { aSensor, aSlowRead } from './a-sensor.ts';
import { aCollector } from './running-collector.ts';

const HOUR_MS = 3_600_000;

/** As Node's timers do: they drop the fraction of a millisecond, and so fire before it is over. */
const withoutFractions = (clock: FakeClock): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic() + 0.7,
  after: (delayMs, run) => clock.after(Math.max(1, Math.trunc(delayMs)), run),
});

describe('the pace of the collector', () => {
  it('the first round is at once, the next ones on the grid', async () => {
    const { collector, clock, tickTimes } = aCollector();
    collector.start();
    await clock.advance(30_000);
    assert.deepEqual(tickTimes, [0, 10_000, 20_000, 30_000]);
  });

  it('a late timer does not move the rounds behind it', async () => {
    const { collector, clock, tickTimes } = aCollector();
    collector.start();
    await clock.advance(9_000);
    await clock.stall(4_000);
    await clock.advance(17_000);
    assert.deepEqual(tickTimes, [0, 13_000, 20_000, 30_000]);
    assert.equal(collector.skipped, 0);
  });

  it('a timer that fires a fraction of a millisecond early makes no round of its own', async () => {
    const { collector, clock, tickTimes } = aCollector({ intervalMs: 100, seenThrough: withoutFractions });
    collector.start();
    await clock.advance(1_000);
    assert.equal(tickTimes.length, 11);
    assert.equal(collector.skipped, 0);
  });

  it('rounds that were slept through are counted and not made up for', async () => {
    const { collector, clock, tickTimes } = aCollector();
    collector.start();
    await clock.advance(5_000);
    await clock.stall(40_000);
    await clock.advance(5_000);
    assert.deepEqual(tickTimes, [0, 45_000, 50_000]);
    assert.equal(collector.skipped, 3, 'the rounds at 10, 20 and 30 s; the one at 40 s ran late');
    assert.equal(collector.ticks, 3);
  });

  it('steps of the wall clock change the time of readings and not the pace', async () => {
    const { collector, clock, tickTimes, ticks } = aCollector();
    collector.start();
    await clock.advance(10_000);
    clock.step(-5 * HOUR_MS);
    await clock.advance(10_000);
    clock.step(30 * HOUR_MS);
    await clock.advance(10_000);
    assert.deepEqual(tickTimes, [0, 10_000, 20_000, 30_000]);
    assert.equal(collector.skipped, 0);
    assert.equal(ticks.at(-1)?.at, FAKE_START_MS + 30_000 + 25 * HOUR_MS);
    assert.equal(collector.lastTickAt, ticks.at(-1)?.at);
  });

  it('an interval of 0.1 s gives ten rounds a second', async () => {
    const { collector, clock, readings } = aCollector({ sensors: [aSensor()], intervalMs: 100 });
    collector.start();
    await clock.advance(60_000);
    assert.equal(collector.ticks, 601);
    assert.equal(readings.length, 601);
    assert.equal(collector.skipped, 0);
  });
});

describe('two rounds', () => {
  it('never overlap: one that waits for an answer ends where the next one begins', async () => {
    const slow = aSlowRead();
    const { collector, clock, ticks, tickTimes } = aCollector({ sensors: [aSensor({ read: slow.read })] });
    collector.start();
    await clock.advance(9_999);
    assert.deepEqual(tickTimes, []);
    await clock.advance(20_001);
    // From the second round on there is nobody left to wait for: the only sensor is still busy with the first.
    assert.deepEqual(tickTimes, [10_000, 10_000, 20_000, 30_000]);
    assert.deepEqual(
      ticks.map(({ at }) => at - FAKE_START_MS),
      [0, 10_000, 20_000, 30_000],
    );
  });

  it('never overlap when turned by hand: the crank gives the running one', async () => {
    const slow = aSlowRead();
    const { collector, ticks } = aCollector({ sensors: [aSensor({ read: slow.read })] });
    const first = collector.tick();
    const second = collector.tick();
    slow.answer(3);
    await Promise.all([first, second]);
    assert.equal(slow.asked, 1);
    assert.equal(ticks.length, 1);
  });
});
