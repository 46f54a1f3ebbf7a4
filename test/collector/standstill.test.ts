import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aSensor, aSlowRead } from './a-sensor.ts';
import { aCollector } from './running-collector.ts';

const INTERVAL_MS = 10_000;

describe('the collector stands still', () => {
  it('never before its start, while its rounds go on, and behind its end', async () => {
    const { collector, clock } = aCollector({ sensors: [aSensor()] });
    await clock.advance(3_600_000);
    assert.equal(collector.standstill, undefined);
    collector.start();
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000);
      assert.equal(collector.standstill, undefined);
    }
    await collector.stop();
    await clock.advance(3_600_000);
    assert.equal(collector.standstill, undefined);
  });

  it('never because a sensor hangs', async () => {
    const { collector, clock } = aCollector({ sensors: [aSensor({ read: aSlowRead().read })] });
    collector.start();
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000);
      assert.equal(collector.standstill, undefined);
    }
  });

  it('when its next round does not begin, though time goes on and other timers fire', async () => {
    let lost = false;
    const { collector, clock } = aCollector({
      sensors: [aSensor()],
      seenThrough: (fake) => ({
        now: () => fake.now(),
        monotonic: () => fake.monotonic(),
        after: (delayMs, run) => fake.after(delayMs, () => lost || run()),
      }),
    });
    collector.start();
    await clock.advance(1000);
    lost = true;
    await clock.advance(INTERVAL_MS + 1000);
    assert.equal(collector.standstill, undefined, 'late is not lost');
    await clock.advance(1001);
    assert.equal(collector.standstill, 'no round of readings begins any more');
  });

  it('when a round does not end, though the next one would be due', async () => {
    const { collector, clock } = aCollector({ sensors: [aSensor()] });
    collector.start();
    await clock.advance(1000);
    collector.tick = () => new Promise(() => {}); // the program is wrong somewhere in the round
    await clock.advance(2 * INTERVAL_MS + 1000);
    assert.equal(collector.standstill, undefined);
    await clock.advance(1001);
    assert.equal(collector.standstill, 'no round of readings ends any more');
  });
});
