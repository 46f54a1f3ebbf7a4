import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SimulatedSensorConfig } from '../../schemas/sensor-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { sensorOf } from './a-config.ts';

const aWave = (changes: Partial<SimulatedSensorConfig> = {}): SimulatedSensorConfig => ({
  id: 'wave',
  kind: 'simulated',
  unit: '°C',
  mean: 20,
  amplitude: 5,
  period_s: 600,
  noise: 0.5,
  seed: 1,
  ...changes,
});

/** Values of a wave, one a second from the beginning of time. */
async function valuesOf(wave: SimulatedSensorConfig, count = 1200): Promise<number[]> {
  const clock = new FakeClock(0);
  const sensor = await sensorOf(wave, { clock });
  const values: number[] = [];
  while (values.length < count) {
    values.push(await sensor.read());
    await clock.stall(1000);
  }
  return values;
}

describe('a simulated wave', () => {
  it('is the same for the same seed, and another one for another seed', async () => {
    const values = await valuesOf(aWave(), 50);
    assert.deepEqual(await valuesOf(aWave(), 50), values);
    assert.notDeepEqual(await valuesOf(aWave({ seed: 2 }), 50), values);
  });

  it('stays within amplitude and noise around its mean, and uses that room', async () => {
    const values = await valuesOf(aWave());
    assert.ok(values.every((value) => value >= 14.5 && value <= 25.5));
    assert.ok(Math.max(...values) > 25.1 && Math.min(...values) < 14.9);
    assert.ok(new Set(values).size > 50);
  });

  it('has its period, and without noise nothing else', async () => {
    const values = await valuesOf(aWave({ noise: 0 }), 601);
    assert.deepEqual([values[0], values[150], values[300], values[450], values[600]], [20, 25, 20, 15, 20]);
  });

  it('has one decimal place', async () => {
    const values = await valuesOf(aWave(), 100);
    assert.ok(values.every((value) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-9));
  });

  it('says that it is made up', async () => {
    const { simulated, unit, kind } = await sensorOf(aWave());
    assert.deepEqual({ simulated, unit, kind }, { simulated: true, unit: '°C', kind: 'simulated' });
  });
});
