import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SensorError } from '../../src/sensors/sensor.ts';
import { FAKE_START_MS, settled } from '../support/fake-clock.ts';
import { aSensor, aSlowRead } from './a-sensor.ts';
import { aCollector } from './running-collector.ts';

const HOUR_MS = 3_600_000;

describe('a round of the collector', () => {
  it('every reading of a round has the time at which the round began', async () => {
    const slow = aSlowRead();
    const { collector, clock, readings, ticks } = aCollector({
      sensors: [aSensor(), aSensor({ id: 'soil', read: slow.read })],
    });
    collector.start();
    await clock.advance(3_000);
    slow.answer(7);
    await settled();
    assert.deepEqual(
      readings.map(({ sensor, at, monotonic }) => ({ sensor, at, monotonic })),
      [
        { sensor: 'air', at: FAKE_START_MS, monotonic: 0 },
        { sensor: 'soil', at: FAKE_START_MS, monotonic: 0 },
      ],
    );
    assert.equal(ticks[0]?.at, FAKE_START_MS);
  });

  it('a sensor that fails gives a reading that says why, and the others are read', async () => {
    const read = async () => {
      throw new SensorError('the wire is cut');
    };
    const { collector, readings } = aCollector({ sensors: [aSensor({ id: 'soil', read }), aSensor()] });
    await collector.tick();
    const soil = readings.find(({ sensor }) => sensor === 'soil');
    assert.deepEqual(
      { value: soil?.value, quality: soil?.quality, reason: soil?.reason },
      { value: null, quality: 'failed', reason: 'the wire is cut' },
    );
    assert.equal(readings.find(({ sensor }) => sensor === 'air')?.quality, 'good');
  });

  it('a value outside of the limits is kept and marked', async () => {
    const { collector, readings } = aCollector({ sensors: [aSensor({ max: 80, read: async () => 85 })] });
    await collector.tick();
    assert.equal(readings[0]?.value, 85);
    assert.equal(readings[0]?.quality, 'out_of_range');
  });

  it('a value is judged by the ones before it and the time that passed, whatever the wall clock does', async () => {
    const values = [20, 40, 40, 40];
    const read = async () => values.shift() ?? 40;
    const { collector, clock, readings } = aCollector({ sensors: [aSensor({ maxStepPerS: 1, read })] });
    collector.start();
    await clock.advance(5_000);
    clock.step(HOUR_MS);
    await clock.advance(10_000);
    clock.step(-2 * HOUR_MS);
    await clock.advance(10_000);
    assert.deepEqual(
      readings.map(({ value, quality }) => [value, quality]),
      [
        [20, 'good'],
        [40, 'too_fast'],
        [40, 'good'],
      ],
    );
  });

  it('sensors have memories of their own', async () => {
    const limits = { maxStepPerS: 1 };
    const sensors = [
      aSensor({ ...limits, read: async () => 20 }),
      aSensor({ ...limits, id: 'b', read: async () => 90 }),
    ];
    const { collector, readings } = aCollector({ sensors });
    await collector.tick();
    assert.deepEqual(
      readings.map(({ quality }) => quality),
      ['good', 'good'],
    );
  });

  it('a reading says whether its sensor is simulated', async () => {
    const { collector, readings } = aCollector({ sensors: [aSensor(), aSensor({ id: 'wave', simulated: true })] });
    await collector.tick();
    assert.deepEqual(
      readings.map(({ simulated }) => simulated),
      [false, true],
    );
  });
});

describe('a sensor that notices changes by itself', () => {
  it('reaches onChange at once, judged like every reading', async () => {
    let edge: (value: number) => void = () => {};
    const button = aSensor({ id: 'button', max: 0.5, onChange: (listener) => (edge = listener) });
    const { clock, changes, readings } = aCollector({ sensors: [button] });
    await clock.advance(1_234);
    edge(1);
    edge(0);
    assert.deepEqual(
      changes.map(({ at, monotonic, value, quality }) => ({ at, monotonic, value, quality })),
      [
        { at: FAKE_START_MS + 1_234, monotonic: 1_234, value: 1, quality: 'out_of_range' },
        { at: FAKE_START_MS + 1_234, monotonic: 1_234, value: 0, quality: 'good' },
      ],
    );
    assert.deepEqual(readings, []);
  });

  it('shares one memory with its readings: a change is judged by the round before it', async () => {
    let edge: (value: number) => void = () => {};
    const flow = aSensor({ maxStepPerS: 1, read: async () => 5, onChange: (listener) => (edge = listener) });
    const { collector, clock, changes } = aCollector({ sensors: [flow] });
    await collector.tick();
    await clock.advance(2_000);
    edge(8);
    edge(7);
    assert.deepEqual(
      changes.map(({ value, quality }) => [value, quality]),
      [
        [8, 'too_fast'],
        [7, 'good'],
      ],
    );
  });
});
