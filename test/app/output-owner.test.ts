import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aGreenhouse, STALE_AFTER_S, ventOnHeat } from './a-greenhouse.ts';

const VENT = '/api/outputs/vent';

it('a rule commands its output before its first reading: a command then has its end, and auto is no conflict', async (t) => {
  const { start, clock } = aGreenhouse(t, { rules: [{ id: 'vent-on-heat', ...ventOnHeat }] });
  const { send, get } = await start();
  assert.equal((await get('/api/rules/vent-on-heat')).state, 'waiting');
  const { rule, demand, until } = (await send('POST', VENT, { action: 'on' })).json();
  const end = new Date(clock.now() + 3_600_000).toISOString();
  assert.deepEqual([rule, demand, until], ['vent-on-heat', null, end]);
  const given = await send('POST', VENT, { action: 'auto' });
  assert.deepEqual([given.statusCode, given.json().held_by], [200, null]);
});

it('a rule that was given over the API commands its output until it is taken away', async (t) => {
  const { send, get } = await aGreenhouse(t).start();
  await send('PUT', '/api/rules/frost', ventOnHeat);
  assert.equal((await get(VENT)).rule, 'frost');
  await send('DELETE', '/api/rules/frost');
  assert.equal((await get(VENT)).rule, null);
  assert.equal((await send('POST', VENT, { action: 'auto' })).statusCode, 409);
});

it('a thermometer that dies ends what a person has commanded before, and nothing that is commanded then', async (t) => {
  const rule = { id: 'vent-on-heat', ...ventOnHeat };
  const { start, clock } = aGreenhouse(t, { rules: [rule] });
  const { send, get, read, isOpen } = await start();
  await read('35');
  await send('POST', VENT, { action: 'off', hold_s: 3600 });
  await clock.advance(STALE_AFTER_S * 1000);
  assert.ok(isOpen());
  const [{ by, why }] = (await get(`${VENT}/history`)).changes;
  assert.deepEqual([by, why], ['rule', 'air_temp_c has had no good reading for too long']);

  await send('POST', VENT, { action: 'off', hold_s: 60 });
  // An edited rule does not begin its silence anew.
  await send('PUT', '/api/rules/vent-on-heat', { ...ventOnHeat, alert: 'critical' });
  await clock.advance(59_000);
  assert.ok(!isOpen());
  await clock.advance(1000);
  assert.ok(isOpen());
});

it('a sensor that was silent before a restart ends no command that is given behind it', async (t) => {
  const { start, clock } = aGreenhouse(t, { rules: [{ id: 'vent-on-heat', ...ventOnHeat }] });
  const first = await start();
  await first.read('20');
  await clock.advance(STALE_AFTER_S * 1000);
  await first.app.close();
  const { send, isOpen } = await start();
  assert.ok(isOpen());
  await send('POST', VENT, { action: 'off', hold_s: 600 });
  await clock.advance(STALE_AFTER_S * 2000);
  assert.ok(!isOpen());
});
