import assert from 'node:assert/strict';
import test from 'node:test';
import type { OutputConfig } from '../../schemas/devices.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';

const NO_RULE = { level: null, rule: null, demand: null };
const outputs: OutputConfig[] = [
  { id: 'led', pin: 17, active: 'high', safe: 'off', override_s: 3600, excludes: [] },
  { id: 'vent', pin: 22, active: 'low', safe: 'on', override_s: 3600, excludes: [] },
];

test('outputs are listed with pin and state; a low-active one that is safe when on starts with a low pin', async (t) => {
  const { app, pins } = await buildTestApp(t, { outputs: [...outputs] });
  assert.deepEqual((await app.inject('/api/outputs')).json(), {
    outputs: [
      { id: 'led', pin: 17, state: 'off', held_by: null, until: null, ...NO_RULE },
      { id: 'vent', pin: 22, state: 'on', held_by: null, until: null, ...NO_RULE },
    ],
  });
  assert.equal(pins.level(22), 0);
  assert.deepEqual((await app.inject('/api/outputs/vent')).json().state, 'on');
});

test('a command is held by the api until another one comes', async (t) => {
  const { app } = await buildTestApp(t, { outputs: [...outputs] });
  const post = { method: 'POST', url: '/api/outputs/vent', headers: withKey } as const;
  const off = (await app.inject({ ...post, body: { action: 'off' } })).json();
  assert.deepEqual(off, { id: 'vent', pin: 22, state: 'off', held_by: 'api', until: null, ...NO_RULE, recorded: true });
  assert.equal((await app.inject({ ...post, body: { action: 'toggle' } })).json().state, 'on');
});

test('a pulse says when it ends, and ends then', async (t) => {
  const clock = new FakeClock();
  const { app, pins } = await buildTestApp(t, { outputs: [...outputs] }, { clock });
  const response = await app.inject({
    method: 'POST',
    url: '/api/outputs/led',
    headers: withKey,
    body: { action: 'on', duration_s: 5 },
  });
  assert.deepEqual(response.json(), {
    id: 'led',
    pin: 17,
    state: 'on',
    held_by: 'api',
    ...NO_RULE,
    recorded: true,
    until: new Date(clock.now() + 5000).toISOString(),
  });
  await clock.advance(4999);
  assert.equal(pins.level(17), 1);
  await clock.advance(1);
  assert.equal(pins.level(17), 0);
  const { state, held_by, until } = (await app.inject('/api/outputs/led')).json();
  assert.deepEqual({ state, held_by, until }, { state: 'off', held_by: null, until: null });
});

test('closing the server leaves every output in its safe state', async (t) => {
  const { app, pins } = await buildTestApp(t, { outputs: [...outputs] });
  for (const [id, action] of [
    ['led', 'on'],
    ['vent', 'off'],
  ] as const) {
    await app.inject({ method: 'POST', url: `/api/outputs/${id}`, headers: withKey, body: { action } });
  }
  assert.deepEqual([pins.level(17), pins.level(22)], [1, 1]);
  await app.close();
  assert.deepEqual([pins.level(17), pins.level(22)], [0, 0]);
});

test('a level is for outputs that can be dimmed, and stands instead of an action', async (t) => {
  const light: OutputConfig = { ...(outputs[0] as OutputConfig), id: 'light', pin: 18, pwm: { frequency_hz: 1000 } };
  const { app, pins } = await buildTestApp(t, { outputs: [...outputs, light] });
  const post = (id: string, body: object) =>
    app.inject({ method: 'POST', url: `/api/outputs/${id}`, headers: withKey, body });
  const { state, level } = (await post('light', { level: 0.4 })).json();
  assert.deepEqual([state, level, pins.duty(18)], ['on', 0.4, 0.4]);
  assert.equal((await app.inject('/api/outputs/light/history')).json().changes[0].level, 0.4);

  const unable = await post('led', { level: 0.4 });
  assert.equal(unable.statusCode, 409);
  assert.equal(unable.json().error, 'led cannot be dimmed: it has no pwm in the configuration');
  for (const body of [{}, { level: 0.4, action: 'on' }, { level: 1.1 }, { level: -0.1 }, { level: '1' }]) {
    assert.equal((await post('light', body)).statusCode, 400, JSON.stringify(body));
  }
  assert.equal(pins.duty(18), 0.4);
});

test('at the end outputs are safe before anything is waited for, and take no command any more', async (t) => {
  const { app, pins } = await buildTestApp(t);
  await app.inject({ method: 'POST', url: '/api/led', headers: withKey, body: { action: 'on' } });
  let goOn = () => {};
  app.collector.stop = () => new Promise((resolve) => (goOn = resolve));
  const closed = app.close();
  await eventually(() => pins.level(17) === 0);
  assert.throws(() => app.outputs.switch('led', { action: 'on' }), /stopping/);
  goOn();
  await closed;
});

test('a time that means nothing is refused, and names itself', async (t) => {
  const { app, pins } = await buildTestApp(t, { outputs: [...outputs] });
  const post = (body: object) => app.inject({ method: 'POST', url: '/api/outputs/led', headers: withKey, body });
  for (const [body, error] of [
    [{ action: 'auto', hold_s: 5 }, 'hold_s cannot stand beside auto'],
    [{ action: 'auto', duration_s: 5 }, 'duration_s cannot stand beside auto'],
    [{ action: 'on', duration_s: 5, hold_s: 5 }, 'hold_s cannot stand beside duration_s'],
  ] as const) {
    const answer = await post(body);
    assert.deepEqual([answer.statusCode, answer.json().error], [400, error]);
    assert.equal(answer.json().errors[0].path, `/body/${error.split(' ')[0]}`);
  }
  const unowned = await post({ action: 'on', hold_s: 5 });
  assert.deepEqual(
    [unowned.statusCode, unowned.json().error],
    [409, 'No rule commands led: a command holds it for good, or say duration_s'],
  );
  assert.equal(pins.level(17), 0);
});
