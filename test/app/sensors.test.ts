import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { FakeKernel } from '../sensors/a-kernel.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';

const ID = '28-00000a1b2c3d';
const WINDOW_S = 300;

/** A server with one DS18B20 that was read with each of these values in m°C, one round every 10 s. */
async function withThermometer(t: TestContext, values: readonly (number | string)[]) {
  const clock = new FakeClock();
  const kernel = new FakeKernel(t);
  const { app } = await buildTestApp(
    t,
    { sensors: [{ id: 'air', kind: 'ds18b20', serial: ID, max_step_per_s: 0.5 }], clock: { trust: 'always' } },
    { clock, root: kernel.root },
  );
  for (const value of values) {
    kernel.oneWire({ [ID]: value });
    await app.collector.tick();
    await clock.advance(10_000);
  }
  await app.store.flush();
  // biome-ignore lint/suspicious/noExplicitAny: answers of several resources, each looked at for a member or two
  const get = async (path: string): Promise<any> => (await app.inject(`/api/${path}`)).json();
  return { app, clock, get };
}

test('a sensor says what it is, where it is read and what is plausible of it', async (t) => {
  const { get } = await withThermometer(t, [21_500]);
  const { timestamp, age_s, ...air } = await get('sensors/air');
  assert.deepEqual(air, {
    id: 'air',
    kind: 'ds18b20',
    source: `/sys/bus/w1/devices/${ID}/temperature`,
    unit: '°C',
    min: -55,
    max: 125,
    max_step_per_s: 0.5,
    stuck_after_s: null,
    stale_after_s: 30,
    simulated: false,
    value: 21.5,
    rejected_value: null,
    stale: false,
    quality: 'good',
    reason: null,
  });
  assert.equal((await get('sensors')).sensors[0].kind, 'ds18b20');
});

for (const [what, values, quality, rejected, reason] of [
  [
    'a power-on value',
    [21_500, 85_000],
    'power_on_value',
    85,
    '85 °C is what the sensor says after power-on, before it has measured',
  ],
  [
    'a step that is too large',
    [21_500, 27_000],
    'too_fast',
    27,
    'from 21.5 °C to 27 °C within 10 s is faster than 0.5 °C a second',
  ],
  ['a value out of range', [124_000, 126_000], 'out_of_range', 126, '126 °C is above the maximum of 125 °C'],
  [
    'no answer',
    [21_500, ''],
    'failed',
    null,
    `/sys/bus/w1/devices/${ID}/temperature is empty: the sensor did not answer`,
  ],
] as const) {
  test(`${what} is shown with its quality and counts nowhere as a value`, async (t) => {
    const { app, get } = await withThermometer(t, values);
    const sensor = await get('sensors/air');
    assert.deepEqual([sensor.quality, sensor.value, sensor.rejected_value], [quality, null, rejected]);
    assert.equal(sensor.stale, false);
    assert.equal(sensor.reason.replace(/.*(?=\/sys)/, ''), reason);
    const { air } = (await get('status')).sensors;
    assert.deepEqual([air.quality, air.value, air.rejected_value], [quality, null, rejected]);
    assert.equal(app.latest.goodValue('air'), null);
    assert.equal((await get('readings')).readings.at(-1).sensors.air, null);
    const [newest] = (await get('sensors/air/readings?limit=1')).readings;
    assert.deepEqual([newest.quality, newest.value], [quality, rejected]);
  });
}

test('the mean of a window has the good readings alone', async (t) => {
  const { app, clock, get } = await withThermometer(t, [20_000, 85_000, '', 60_000, 22_000]);
  await clock.advance(WINDOW_S * 1000);
  await app.store.ask('closeWindows', { now: clock.now(), device: 'pi', units: { air: '°C' }, upstream: false });
  const [{ mean, count }] = (await get('sensors/air/summaries')).summaries;
  assert.deepEqual({ mean, count }, { mean: 21, count: 2 });
});

test('a sensor that says nothing plausible becomes stale, and health says so', async (t) => {
  const { get } = await withThermometer(t, [21_500, 85_000, 85_000, 85_000, 85_000]);
  assert.equal((await get('sensors/air')).stale, true);
  assert.match((await get('health')).reasons.join(), /air/);
});
