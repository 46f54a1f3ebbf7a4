import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aGreenhouse, ventOnHeat } from './a-greenhouse.ts';

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
