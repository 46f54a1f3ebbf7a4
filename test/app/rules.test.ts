import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aGreenhouse, HEATER, VENT, ventOnHeat } from './a-greenhouse.ts';

const RULE = '/api/rules/vent-on-heat';
const fromFile = { id: 'vent-on-heat', ...ventOnHeat };

describe('rules over the API', () => {
  it('a new rule is at work with the answer: it decides with the last good value', async (t) => {
    const { start } = aGreenhouse(t);
    const { send, get, read, isOpen } = await start();
    await read('31');
    const answer = await send('PUT', RULE, ventOnHeat);
    assert.equal(answer.statusCode, 201, answer.body);
    const { since: _, changed_at, ...rule } = answer.json();
    assert.deepEqual(rule, {
      id: 'vent-on-heat',
      source: 'api',
      definition: ventOnHeat,
      state: 'active',
      flapping: false,
      suppressed_alerts: 0,
      reason: null,
    });
    assert.ok(isOpen());
    assert.ok(changed_at);
    assert.deepEqual((await get('/api/rules')).rules, [answer.json()]);
  });

  it('what is not said has its default', async (t) => {
    const { send } = await aGreenhouse(t).start();
    const { definition } = (await send('PUT', RULE, { sensor: 'air_temp_c', below: 3, alert: 'critical' })).json();
    assert.deepEqual(definition, { sensor: 'air_temp_c', below: 3, hysteresis: 0, for_s: 0, alert: 'critical' });
  });

  it('leaves nothing behind when it is taken away', async (t) => {
    const { app, send, read } = await aGreenhouse(t).start();
    await send('PUT', RULE, ventOnHeat);
    await read('31');
    await app.recorder.isDurable(5000);
    assert.deepEqual(Object.keys((await app.store.ask('rules', {})).states), ['vent-on-heat']);
    await send('DELETE', RULE);
    await app.recorder.isDurable(5000);
    assert.deepEqual((await app.store.ask('rules', {})).states, {});
  });

  it('outlives a restart, and another one in its place does too', async (t) => {
    const { start } = aGreenhouse(t);
    const first = await start();
    await first.send('PUT', RULE, ventOnHeat);
    assert.equal((await first.send('PUT', RULE, { ...ventOnHeat, above: 20 })).statusCode, 200);
    await first.app.close();
    const second = await start();
    assert.equal((await second.get(RULE)).definition.above, 20);
    await second.read('25');
    assert.ok(second.isOpen());
  });

  it('stands before the one of the file with its name, until it is taken away', async (t) => {
    const { start } = aGreenhouse(t, { rules: [fromFile] });
    const { send, get, read, isOpen } = await start();
    await read('25');
    assert.ok(!isOpen());
    assert.equal((await send('DELETE', RULE)).statusCode, 409);
    assert.equal((await send('PUT', RULE, { ...ventOnHeat, above: 20 })).statusCode, 200);
    assert.ok(isOpen());
    assert.equal((await send('DELETE', RULE)).statusCode, 204);
    assert.ok(!isOpen());
    const { source, definition } = await get(RULE);
    assert.deepEqual([source, definition.above], ['file', 30]);
    assert.equal((await send('DELETE', '/api/rules/none')).statusCode, 404);
  });

  it('leaves its output safe when it goes', async (t) => {
    const { send, read, isOpen, get } = await aGreenhouse(t).start();
    await send('PUT', RULE, ventOnHeat);
    await read('31');
    assert.ok(isOpen());
    assert.equal((await send('DELETE', RULE)).statusCode, 204);
    assert.ok(!isOpen());
    const { held_by, rule, demand } = await get('/api/outputs/vent');
    assert.deepEqual([held_by, rule, demand], [null, null, null]);
    assert.equal((await get(RULE)).status, 404);
  });

  it('leaves the output that it had safe when it gets another one', async (t) => {
    const { send, read, pins } = await aGreenhouse(t).start();
    await send('PUT', RULE, ventOnHeat);
    await read('31');
    const then = { output: 'heater', action: 'on' };
    await send('PUT', RULE, { sensor: 'air_temp_c', above: 30, then });
    assert.deepEqual([pins.level(VENT), pins.level(HEATER)], [0, 1]);
  });

  it('a changed threshold resets no other rule', async (t) => {
    const waiting = { ...fromFile, for_s: 20 };
    const { start, clock } = aGreenhouse(t, { rules: [waiting] });
    const { send, get, read, isOpen } = await start();
    await read('31');
    await clock.advance(15_000);
    assert.equal(
      (await send('PUT', '/api/rules/frost', { sensor: 'soil_temp_c', below: 3, alert: 'info' })).statusCode,
      201,
    );
    await send('PUT', '/api/rules/frost', { sensor: 'soil_temp_c', below: 4, alert: 'info' });
    assert.equal((await get(RULE)).state, 'pending');
    await clock.advance(5000);
    assert.ok(isOpen());
  });

  it('says what does not fit the device, all of it, and changes nothing', async (t) => {
    const { send, get } = await aGreenhouse(t, { rules: [fromFile] }).start();
    const broken = {
      sensor: 'gone',
      // biome-ignore lint/suspicious/noThenProperty: the rule's word
      then: { output: 'vent', action: 'on' },
      when_stale: { output: 'heater', action: 'on' },
    };
    const answer = await send('PUT', '/api/rules/other', broken);
    assert.equal(answer.statusCode, 400);
    assert.deepEqual(
      answer.json().errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`),
      [
        '/body/sensor must be the id of a sensor',
        '/body/above is required, or below',
        '/body/when_stale/output must be vent, as in then',
        '/body/then/output is commanded by the rule vent-on-heat already',
      ],
    );
    assert.deepEqual(answer.json().valid, ['air_temp_c', 'soil_temp_c']);
    assert.equal((await get('/api/rules')).rules.length, 1);
  });

  it('two at once cannot take the same output', async (t) => {
    const { send, get } = await aGreenhouse(t).start();
    const answers = await Promise.all(['a', 'b'].map((id) => send('PUT', `/api/rules/${id}`, ventOnHeat)));
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [201, 400]);
    assert.equal((await get('/api/rules')).rules.length, 1);
  });

  it('rests with a reason where the configuration has gone on without it', async (t) => {
    const { start } = aGreenhouse(t);
    const first = await start();
    await first.send('PUT', RULE, ventOnHeat);
    await first.app.close();
    const { get, read, isOpen, send } = await start({ rules: [{ ...fromFile, id: 'newer', above: 50 }] });
    await read('31');
    const { state, reason } = await get(RULE);
    assert.deepEqual([state, reason], ['disabled', 'then/output is commanded by the rule newer already']);
    assert.ok(!isOpen());
    assert.equal((await send('DELETE', RULE)).statusCode, 204);
  });

  it('keeps what became of it', async (t) => {
    const { send, get } = await aGreenhouse(t).start();
    await send('PUT', RULE, ventOnHeat);
    await send('PUT', RULE, { ...ventOnHeat, above: 20 });
    await send('DELETE', RULE);
    const { changes } = await get(`${RULE}/history`);
    assert.deepEqual(
      changes.map(({ action, definition }: { action: string; definition?: { above: number } }) => [
        action,
        definition?.above,
      ]),
      [
        ['deleted', undefined],
        ['put', 20],
        ['put', 30],
      ],
    );
    assert.equal((await get('/api/rules/none/history')).status, 404);
  });

  it('is refused where it cannot be stored, and then nothing was changed', async (t) => {
    const { app, send, get, read, isOpen } = await aGreenhouse(t, { rules: [fromFile] }).start();
    await read('25');
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const ask = t.mock.method(app.store, 'ask', () => Promise.reject(full));
    assert.equal((await send('PUT', RULE, { ...ventOnHeat, above: 20 })).statusCode, 507);
    ask.mock.restore();
    assert.ok(!isOpen());
    assert.equal((await get(RULE)).source, 'file');
  });
});
