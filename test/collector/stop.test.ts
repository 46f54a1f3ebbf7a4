import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aSensor, aSlowRead } from './a-sensor.ts';
import { aCollector } from './running-collector.ts';

describe('the end of the collector', () => {
  it('stop resolves once the running round was given away', async () => {
    const slow = aSlowRead();
    const { collector, clock, ticks } = aCollector({ sensors: [aSensor(), aSensor({ id: 'soil', read: slow.read })] });
    collector.start();
    await clock.advance(1_000);
    assert.equal(ticks.length, 0);
    await collector.stop();
    assert.deepEqual(
      ticks.map((tick) => [...tick.readings.keys()]),
      [['air']],
    );
  });

  it('nothing is given away after stop: no round, no late reading, no change', async () => {
    const slow = aSlowRead();
    let edge: (value: number) => void = () => {};
    const button = aSensor({ id: 'button', onChange: (listener) => (edge = listener) });
    const { collector, clock, readings, changes, ticks } = aCollector({
      sensors: [button, aSensor({ id: 'soil', read: slow.read })],
    });
    collector.start();
    await clock.advance(1_000);
    await collector.stop();
    const before = { readings: readings.length, ticks: ticks.length };
    slow.answer(5);
    edge(0);
    await clock.advance(60_000);
    assert.deepEqual({ readings: readings.length, ticks: ticks.length }, before);
    assert.deepEqual(changes, []);
    assert.equal(clock.waiting, 0);
  });

  it('a stop between two rounds leaves no timer behind', async () => {
    const { collector, clock, ticks } = aCollector({ sensors: [aSensor()] });
    collector.start();
    await clock.advance(15_000);
    await collector.stop();
    await clock.advance(60_000);
    assert.equal(ticks.length, 2);
  });

  it('a stop while the next round waits for the running one does not let it begin', async () => {
    const { collector, clock, ticks } = aCollector({
      sensors: [aSensor({ read: aSlowRead().read })],
      afterTick: () => void collector.stop(),
    });
    collector.start();
    await clock.advance(60_000);
    assert.equal(ticks.length, 1);
    assert.equal(clock.waiting, 0);
  });
});
