import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aGreenhouse, ventOnHeat } from './a-greenhouse.ts';

const RULE = '/api/rules/vent-on-heat';

it('a rule that is edited is not over meanwhile: its alert stays one, and its output is not switched', async (t) => {
  const { start, clock } = aGreenhouse(t);
  const { app, send, get, read, isOpen } = await start();
  await send('PUT', RULE, ventOnHeat);
  await read('31');
  await read('29'); // active still, within its hysteresis
  const { since } = await get(RULE);
  await clock.advance(5000);
  const reversed = Object.fromEntries(Object.entries(ventOnHeat).toReversed());
  assert.equal((await send('PUT', RULE, reversed)).statusCode, 200);
  await send('PUT', RULE, { ...ventOnHeat, alert: 'critical' });
  const rule = await get(RULE);
  assert.deepEqual([rule.state, rule.since, rule.definition.alert], ['active', since, 'critical']);
  assert.ok(isOpen());
  await app.recorder.isDurable(5000);
  assert.equal((await get('/api/alerts')).alerts.length, 1);
  const { changes } = await get('/api/outputs/vent/history');
  assert.deepEqual(
    changes.map(({ to, by }: { to: string; by: string }) => [to, by]),
    [
      ['on', 'rule'],
      ['off', 'start'],
    ],
  );
});

it('a rule does not go where the one of the file behind it would disable another rule', async (t) => {
  const fromFile = { id: 'vent-on-heat', ...ventOnHeat };
  const { send, get, read, isOpen } = await aGreenhouse(t, { rules: [fromFile] }).start();
  const { then: _then, otherwise: _otherwise, when_stale: _stale, ...onlyAlert } = ventOnHeat;
  assert.equal((await send('PUT', RULE, onlyAlert)).statusCode, 200);
  assert.equal((await send('PUT', '/api/rules/other', ventOnHeat)).statusCode, 201);
  const refused = await send('DELETE', RULE);
  assert.equal(refused.statusCode, 409);
  assert.equal(
    refused.json().error,
    'The rule vent-on-heat of the configuration file would hold again, and disable other: ' +
      'then/output is commanded by the rule vent-on-heat already',
  );
  assert.equal((await get(RULE)).source, 'api');
  await read('31');
  assert.ok(isOpen(), 'the other one is at work');

  assert.equal((await send('DELETE', '/api/rules/other')).statusCode, 204);
  assert.equal((await send('DELETE', RULE)).statusCode, 204);
  assert.equal((await get(RULE)).source, 'file');
});

it('a rule that is edited remembers over a restart what it knew before', async (t) => {
  const { start, clock } = aGreenhouse(t);
  const first = await start();
  await first.send('PUT', RULE, { ...ventOnHeat, for_s: 600 });
  await first.read('31');
  await clock.advance(20_000);
  await first.send('PUT', RULE, { ...ventOnHeat, for_s: 600, alert: 'critical' });
  const { since } = await first.get(RULE);
  await first.app.close();
  const again = await (await start()).get(RULE);
  assert.deepEqual([again.state, again.since], ['pending', since]);
});
