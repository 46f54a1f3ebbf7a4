import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import test from 'node:test';
import type { InjectOptions } from 'fastify';
import { API_KEY, buildTestApp, withKey } from '../support/server.ts';

const write = (key?: string, url = '/api/led'): InjectOptions => ({
  method: 'POST',
  url,
  ...(key === undefined ? {} : { headers: { 'x-api-key': key } }),
  body: { action: 'on' },
});

const WRONG_KEYS = [
  undefined,
  '',
  'wrong',
  API_KEY.slice(0, -1),
  `${API_KEY}x`,
  API_KEY.toUpperCase(),
  'x'.repeat(10_000),
];

for (const url of ['/api/led', '/api/outputs/led']) {
  test(`POST ${url} without the right key is a 401 and does not switch`, async (t) => {
    const { app, pins } = await buildTestApp(t);
    for (const key of WRONG_KEYS) {
      const response = await app.inject(write(key, url));
      assert.equal(response.statusCode, 401);
      assert.equal(response.json().error, 'Invalid or missing API key');
      assert.equal(pins.level(17), 0);
    }
    assert.equal((await app.inject(write(API_KEY, url))).statusCode, 200);
    assert.equal(pins.level(17), 1);
  });
}

test('the key is asked for before the body is looked at', async (t) => {
  const { app } = await buildTestApp(t);
  assert.equal((await app.inject({ ...write(), body: { action: 'blink' } })).statusCode, 401);
});

test('the key is not accepted in the URL', async (t) => {
  const { app } = await buildTestApp(t);
  for (const name of ['x-api-key', 'X-API-Key', 'api_key', 'key']) {
    assert.equal((await app.inject(write(undefined, `/api/led?${name}=${API_KEY}`))).statusCode, 401);
  }
});

test('an address that keeps guessing is shut out for a while, even with the right key; others are not', async (t) => {
  const { app } = await buildTestApp(t);
  for (let guess = 0; guess < 10; guess++) assert.equal((await app.inject(write(`guess ${guess}`))).statusCode, 401);
  for (const key of ['one more', API_KEY]) {
    const response = await app.inject(write(key));
    assert.equal(response.statusCode, 429);
    const seconds = Number(response.headers['retry-after']);
    assert.ok(seconds > 0 && seconds <= 60, `Retry-After: ${seconds}`);
  }
  assert.equal((await app.inject({ ...write(API_KEY), remoteAddress: '192.0.2.7' })).statusCode, 200);
  assert.equal((await app.inject('/api/status')).statusCode, 200);
});

test('requests without any key do not count as guesses', async (t) => {
  const { app } = await buildTestApp(t);
  for (let request = 0; request < 30; request++) await app.inject(write());
  assert.equal((await app.inject(write(API_KEY))).statusCode, 200);
});

test('reads are open by default and ask for the key when they are protected', async (t) => {
  const { app: open } = await buildTestApp(t);
  const { app: closed } = await buildTestApp(t, { http: { protect_reads: true } });
  for (const path of [
    'status',
    'readings',
    'health',
    'sensors',
    'sensors/button',
    'sensors/button/readings',
    'outputs',
    'outputs/led',
  ]) {
    assert.equal((await open.inject(`/api/${path}`)).statusCode, 200, path);
    assert.equal((await closed.inject(`/api/${path}`)).statusCode, 401, path);
    assert.equal((await closed.inject({ url: `/api/${path}`, headers: withKey })).statusCode, 200, path);
  }
  assert.equal((await closed.inject('/docs/json')).statusCode, 200);
});

test('no key, right or wrong, reaches the log or an answer', async (t) => {
  let log = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  const { app } = await buildTestApp(t, {}, { logger: { level: 'trace', stream } });
  const answers: string[] = [];
  for (const key of [API_KEY, 'a-wrong-secret']) {
    for (const url of ['/api/led', '/api/nothing', '/api/outputs/pump', `/api/led?key=${key}`]) {
      const { body, headers } = await app.inject(write(key, url));
      answers.push(body, JSON.stringify(headers));
    }
  }
  assert.match(log, /wrong API key/);
  for (const text of [log, ...answers]) {
    assert.ok(!text.includes(API_KEY), text);
    assert.ok(!text.includes('a-wrong-secret'), text);
  }
});
