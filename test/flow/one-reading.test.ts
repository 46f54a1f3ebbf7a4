import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { startTestServer } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WINDOW_S = 300;

test('one reading is followed from the sensor file over status, history and summary to the receiver', async (t) => {
  const receiver = await Receiver.start(t);
  const clock = new FakeClock();
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'sys/bus/w1/devices/28-00000a1b2c3d'), { recursive: true });
  const file = '/sys/bus/w1/devices/28-00000a1b2c3d/temperature';
  writeFileSync(join(root, file), '21437\n');

  const { app, url } = await startTestServer(
    t,
    {
      device: { id: 'greenhouse-1' },
      sensors: [{ id: 'air_temp_c', kind: 'sysfs', path: file, unit: '°C', scale: 0.001, offset: 0 }],
      collect: { interval_s: 3600 }, // only the first round: one reading
      uplink: { url: receiver.url },
    },
    { clock, root },
  );
  // biome-ignore lint/suspicious/noExplicitAny: answers of four resources, each looked at for a member or two
  const get = async (path: string): Promise<any> => (await fetch(`${url}/api/${path}`)).json();
  const at = new Date(clock.now()).toISOString();

  const { sensors } = await eventually(async () => {
    const status = await get('status');
    return status.sensors.air_temp_c.quality === 'good' && status;
  });
  assert.deepEqual([sensors.air_temp_c.value, sensors.air_temp_c.timestamp], [21.437, at]);
  await app.store.flush();
  const history = await get('sensors/air_temp_c/readings');
  assert.deepEqual(history.readings, [{ timestamp: at, value: 21.437, quality: 'good', simulated: false }]);

  await clock.advance((WINDOW_S + 10) * 1000);
  await eventually(async () => {
    await clock.advance(1000);
    return receiver.items.size === 1;
  });
  const [item] = receiver.items.values();
  const window_start = new Date(Math.floor(Date.parse(at) / 300_000) * 300_000).toISOString();
  const summary = {
    ...{ window_start, window_s: WINDOW_S, revision: 0 },
    ...{ mean: 21.437, min: 21.437, max: 21.437, stdev: 0, count: 1, period_start: at, period_end: at },
  };
  assert.deepEqual(item, {
    id: `greenhouse-1/air_temp_c/${window_start}/0`,
    kind: 'summary',
    sensor: 'air_temp_c',
    unit: '°C',
    ...summary,
  });
  assert.deepEqual((await get('sensors/air_temp_c/summaries')).summaries, [summary]);
  await eventually(async () => (await get('uplink')).backlog.items === 0);
  const { state, saving, last_success } = await get('uplink');
  assert.deepEqual([state, saving.readings, saving.items_sent], ['idle', 1, 1]);
  assert.notEqual(last_success, null);
});
