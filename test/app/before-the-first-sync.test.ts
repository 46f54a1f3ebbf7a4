import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FORTNIGHT_MS = 14 * 86_400_000;
const sensor = { id: 'air', kind: 'sysfs', path: '/air', unit: '°C', scale: 1, offset: 0, max: 80 } as const;
const led = { id: 'led', pin: 17, active: 'high', safe: 'off', override_s: 3600, excludes: [] } as const;
const rule = { sensor: 'air', above: 30, alert: 'warning' };

it('what a person did before the clock was right stands at its true time when it is', async (t) => {
  const clock = new FakeClock();
  const root = temporaryFolder(t);
  writeFileSync(join(root, 'air'), '31');
  const { app } = await buildTestApp(
    t,
    { sensors: [sensor], outputs: [{ ...led, excludes: [] }], clock: { trust: 'timesyncd' } },
    { clock, root },
  );
  const get = async (url: string) => (await app.inject(url)).json();
  const send = (method: 'PUT' | 'POST' | 'DELETE', url: string, body?: object) =>
    app.inject({ method, url, headers: withKey, ...(body && { body }) });
  const times = async () => {
    const { raised_at, acknowledged_at } = (await get('/api/alerts')).alerts[0];
    const { changed_at } = await get('/api/rules/heat');
    const history = (await get('/api/rules/heat/history')).changes;
    const gone = (await get('/api/rules/gone/history')).changes;
    const changes = (await get('/api/outputs/led/history')).changes;
    const instants = [raised_at, acknowledged_at, changed_at];
    for (const change of [...history, ...gone, ...changes]) instants.push(change.timestamp);
    return instants.map((text) => Date.parse(text));
  };

  for (const id of ['heat', 'gone']) assert.equal((await send('PUT', `/api/rules/${id}`, rule)).statusCode, 201);
  await clock.advance(100);
  assert.equal((await send('DELETE', '/api/rules/gone')).statusCode, 204);
  await app.collector.tick();
  await clock.advance(100);
  await app.recorder.isDurable(5000);
  const [alert] = (await get('/api/alerts')).alerts;
  assert.equal((await send('POST', `/api/alerts/${alert.id}/ack`)).statusCode, 200);
  assert.equal((await send('POST', '/api/outputs/led', { action: 'on' })).statusCode, 200);
  const before = await times();

  clock.step(FORTNIGHT_MS);
  mkdirSync(join(root, 'run/systemd/timesync'), { recursive: true });
  writeFileSync(join(root, 'run/systemd/timesync/synchronized'), '');
  await clock.advance(5000);
  await eventually(async () => (await times())[0] !== before[0]);
  await eventually(async () => (await times())[2] !== before[2]);
  const after = await times();
  assert.deepEqual(
    after.map((at, index) => at - (before[index] as number)),
    before.map(() => FORTNIGHT_MS),
  );

  // What is done from then on is at its true time at once.
  await send('PUT', '/api/rules/heat', { ...rule, above: 29 });
  assert.equal((await get('/api/rules/heat')).changed_at, new Date(clock.now()).toISOString());
});
