import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAKE_START_MS, settled } from '../support/fake-clock.ts';
import { aSensor, aSlowRead } from './a-sensor.ts';
import { aCollector } from './running-collector.ts';

describe('a sensor that hangs', () => {
  it('delays no other sensor, and its round closes without it when the next one begins', async () => {
    const slow = aSlowRead();
    const { collector, clock, readings, ticks } = aCollector({
      sensors: [aSensor({ id: 'soil', read: slow.read }), aSensor()],
    });
    collector.start();
    await clock.advance(0);
    assert.deepEqual(
      readings.map(({ sensor }) => sensor),
      ['air'],
    );
    await clock.advance(20_000);
    assert.equal(readings.length, 3);
    assert.deepEqual(
      ticks.map((tick) => [...tick.readings.keys()]),
      [['air'], ['air'], ['air']],
    );
  });

  it('is not asked again while it hangs, and again in the round after its answer', async () => {
    const slow = aSlowRead();
    const { collector, clock } = aCollector({ sensors: [aSensor({ read: slow.read })] });
    collector.start();
    await clock.advance(50_000);
    assert.equal(slow.asked, 1);
    slow.answer(1);
    await clock.advance(10_000);
    assert.equal(slow.asked, 2);
  });

  it('counts when it answers late: with the time of its own round, and without changing a closed one', async () => {
    const slow = aSlowRead();
    const { collector, clock, readings, ticks } = aCollector({ sensors: [aSensor({ read: slow.read })] });
    collector.start();
    await clock.advance(12_000);
    slow.answer(21);
    await settled();
    assert.deepEqual(
      readings.map(({ value, at }) => ({ value, at })),
      [{ value: 21, at: FAKE_START_MS }],
    );
    assert.equal(ticks[0]?.readings.size, 0);
  });
});

describe('sensors on one bus', () => {
  it('are read one at a time, beside the other buses', async () => {
    const first = aSlowRead();
    const second = aSlowRead();
    const { collector, readings } = aCollector({
      sensors: [
        aSensor({ id: 'bed-1', bus: 'w1', read: first.read }),
        aSensor({ id: 'bed-2', bus: 'w1', read: second.read }),
        aSensor(),
      ],
    });
    const round = collector.tick();
    await settled();
    assert.deepEqual([first.asked, second.asked], [1, 0]);
    first.answer(1);
    await settled();
    assert.deepEqual([first.asked, second.asked], [1, 1]);
    second.answer(2);
    await round;
    assert.deepEqual(
      readings.map(({ sensor }) => sensor),
      ['air', 'bed-1', 'bed-2'],
    );
  });
});
