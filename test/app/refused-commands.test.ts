import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';

it('a command within the shortest time is a 409 that says in Retry-After when it will be obeyed', async (t) => {
  const clock = new FakeClock();
  const pump = { id: 'pump', pin: 17, active: 'high', safe: 'off', override_s: 3600, excludes: [] } as const;
  const { app } = await buildTestApp(t, { outputs: [{ ...pump, excludes: [], min_on_s: 30 }] }, { clock });
  const send = (action: string) =>
    app.inject({ method: 'POST', url: '/api/outputs/pump', headers: withKey, body: { action } });
  assert.equal((await send('on')).statusCode, 200);
  await clock.advance(10_500);
  const refused = await send('off');
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [409, '20']);
  await clock.advance(20_000);
  assert.equal((await send('off')).statusCode, 200);
});

it('a command that no time will make possible is a 409 without Retry-After', async (t) => {
  const { app } = await buildTestApp(t);
  const url = '/api/outputs/led';
  const refused = await app.inject({ method: 'POST', url, headers: withKey, body: { action: 'auto' } });
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [409, undefined]);
});
