import assert from 'node:assert/strict';
import test from 'node:test';
import { ReadingListSchema, ReadingSchema } from '../../schemas/readings.ts';
import { buildTestApp, withKey } from '../support/server.ts';

test('status has the fields of the chapter and every sensor and output by id', async (t) => {
  const { app } = await buildTestApp(t);
  await app.collector.tick();
  const response = await app.inject('/api/status');
  assert.equal(response.statusCode, 200);
  const body = response.json();
  assert.equal(typeof body.cpu_temp_c, 'number');
  assert.equal(body.led_state, 'off');
  assert.equal(body.button_pressed, false);
  assert.equal(new Date(body.timestamp).toISOString(), body.timestamp);
  assert.equal(body.simulated, true);
  assert.deepEqual(Object.keys(body.sensors), ['cpu_temp_c', 'button']);
  const { value, unit, stale, quality } = body.sensors.cpu_temp_c;
  assert.deepEqual(
    { value, unit, stale, quality },
    { value: body.cpu_temp_c, unit: '°C', stale: false, quality: 'good' },
  );
  assert.deepEqual(body.outputs, { led: { state: 'off' } });
});

test('status before the first reading says null instead of a number', async (t) => {
  const { app } = await buildTestApp(t);
  const { cpu_temp_c, button_pressed, sensors } = (await app.inject('/api/status')).json();
  assert.equal(cpu_temp_c, null);
  assert.equal(button_pressed, null);
  assert.deepEqual(sensors.button, {
    value: null,
    rejected_value: null,
    unit: null,
    timestamp: null,
    age_s: null,
    stale: false,
    quality: 'none',
  });
});

test('a configuration without led, button and cpu still answers the fields of the chapter, with null', async (t) => {
  const { app } = await buildTestApp(t, { sensors: [], outputs: [] });
  await app.collector.tick();
  const { cpu_temp_c, led_state, button_pressed } = (await app.inject('/api/status')).json();
  assert.deepEqual(
    { cpu_temp_c, led_state, button_pressed },
    { cpu_temp_c: null, led_state: null, button_pressed: null },
  );
  assert.equal(
    (await app.inject({ url: '/api/led', method: 'POST', headers: withKey, body: { action: 'on' } })).statusCode,
    404,
  );
});

test('the led follows on, off and toggle, down to the pin', async (t) => {
  const { app, pins } = await buildTestApp(t);
  const steps = [
    ['on', 'on', 1],
    ['on', 'on', 1],
    ['toggle', 'off', 0],
    ['toggle', 'on', 1],
    ['off', 'off', 0],
  ] as const;
  for (const [action, state, level] of steps) {
    const response = await app.inject({ url: '/api/led', method: 'POST', headers: withKey, body: { action } });
    assert.equal(response.statusCode, 200);
    assert.deepEqual(response.json(), { action, led_state: state });
    assert.equal(pins.level(17), level);
  }
});

test('the led takes capital letters, as the program of the chapter does; outputs take what their document says', async (t) => {
  const { app, pins } = await buildTestApp(t);
  const post = (url: string, action: string) => app.inject({ url, method: 'POST', headers: withKey, body: { action } });
  for (const [action, lowered, level] of [
    ['ON', 'on', 1],
    ['Off', 'off', 0],
    ['TOGGLE', 'toggle', 1],
  ] as const) {
    assert.equal((await post('/api/led', action)).json().action, lowered);
    assert.equal(pins.level(17), level);
  }
  assert.equal((await post('/api/led', 'BLINK')).json().error, 'Unknown action: blink');
  assert.equal((await post('/api/outputs/led', 'OFF')).statusCode, 400);
  assert.equal(pins.level(17), 1);
});

test('a press of the button shows in status at once, without waiting for the next round', async (t) => {
  const { app, pins } = await buildTestApp(t, {
    sensors: [{ id: 'button', kind: 'gpio', pin: 27, pull: 'up', active: 'low', debounce_ms: 0 }],
  });
  await app.collector.tick();
  pins.press(27, 0);
  assert.equal((await app.inject('/api/status')).json().button_pressed, true);
  pins.press(27, 1);
  assert.equal((await app.inject('/api/status')).json().button_pressed, false);
});

test('readings are the latest ones, oldest first, and limit takes from the end', async (t) => {
  const { app } = await buildTestApp(t);
  for (let round = 0; round < 60; round++) await app.collector.tick();
  const all = (await app.inject('/api/readings?limit=1000')).json();
  assert.equal(all.count, 60);
  assert.equal(all.readings.length, 60);
  const times = all.readings.map((reading: { timestamp: string }) => reading.timestamp);
  assert.deepEqual(times, times.toSorted());
  const fifty = (await app.inject('/api/readings')).json();
  assert.equal(fifty.count, 50);
  assert.deepEqual(fifty.readings, all.readings.slice(-50));
  const ten = (await app.inject('/api/readings?limit=10')).json();
  assert.deepEqual(ten.readings, all.readings.slice(-10));
  const [{ cpu_temp_c, led_state, button_pressed, simulated, sensors }] = ten.readings;
  assert.deepEqual(sensors, { cpu_temp_c, button: 0 });
  assert.deepEqual(
    { led_state, button_pressed, simulated },
    { led_state: 'off', button_pressed: false, simulated: true },
  );
});

test('what is written before it is asked for is as its schema says, and JSON by its type', async (t) => {
  const { app } = await buildTestApp(t);
  for (let round = 0; round < 3; round++) await app.collector.tick();
  const { body, headers, json } = await app.inject('/api/readings');
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
  const validate = app.validatorCompiler?.({ schema: ReadingListSchema, httpPart: 'body', method: 'GET', url: '/' });
  assert.equal(validate?.(json()), true, JSON.stringify(validate?.errors));
  for (const reading of json().readings) assert.deepEqual(Object.keys(reading), Object.keys(ReadingSchema.properties));
});

test('a limit above 1000 means 1000; memory holds the last 1000', async (t) => {
  const { app } = await buildTestApp(t, { sensors: [] });
  for (let round = 0; round < 1005; round++) await app.collector.tick();
  for (const limit of ['1000', '1001', '9007199254740991', '99999999999999999999', '9'.repeat(400)]) {
    assert.equal((await app.inject(`/api/readings?limit=${limit}`)).json().count, 1000);
  }
  assert.equal((await app.inject('/api/health')).json().readings_stored, 1000);
});

for (const limit of [
  '0',
  '-1',
  '1.5',
  'abc',
  '',
  'Infinity',
  '1e999',
  'NaN',
  'null',
  '5&limit=6',
  '-99999999999999999999',
]) {
  test(`limit=${limit} is refused, because it is not one positive whole number`, async (t) => {
    const { app } = await buildTestApp(t);
    const response = await app.inject(`/api/readings?limit=${limit}`);
    assert.equal(response.statusCode, 400);
    assert.equal(response.json().errors[0].path, '/querystring/limit');
  });
}

test('health has the fields of the chapter and says how much a power cut can take', async (t) => {
  const { app } = await buildTestApp(t);
  await app.collector.tick();
  const body = (await app.inject('/api/health')).json();
  assert.equal(body.status, 'healthy');
  assert.deepEqual(body.reasons, []);
  assert.equal(typeof body.uptime_seconds, 'number');
  assert.equal(body.readings_stored, 1);
  assert.equal(body.store.commit_every_s, 5);
  assert.equal(body.hardware.driver, 'simulated');
});
