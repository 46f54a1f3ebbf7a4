import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import test from 'node:test';
import type { FastifyInstance, InjectOptions } from 'fastify';
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

const from = (remoteAddress: string, key: string): InjectOptions => ({ ...write(key), remoteAddress });

async function guess(app: FastifyInstance, ...addresses: string[]): Promise<void> {
  for (let count = 0; count < 10; count++) {
    const address = addresses[count % addresses.length] ?? '';
    assert.equal((await app.inject(from(address, `guess ${count}`))).statusCode, 401);
  }
}

test('an address that keeps guessing is told to wait; the right key works from there all the same', async (t) => {
  const { app } = await buildTestApp(t);
  await guess(app, '127.0.0.1');
  const response = await app.inject(write('one more'));
  assert.equal(response.statusCode, 429);
  const seconds = Number(response.headers['retry-after']);
  assert.ok(seconds > 0 && seconds <= 60, `Retry-After: ${seconds}`);
  assert.equal((await app.inject(write(API_KEY))).statusCode, 200);
  assert.equal((await app.inject(write('another'))).statusCode, 429, 'the right key opens nothing for wrong ones');
  assert.equal((await app.inject(from('192.0.2.7', 'a mistake'))).statusCode, 401);
  assert.equal((await app.inject('/api/status')).statusCode, 200);
});

test('wrong keys from one /64 of IPv6, and from one IPv4 address however it is written, count together', async (t) => {
  const { app } = await buildTestApp(t);
  await guess(app, '2001:db8::1', '2001:db8::2', '2001:db8::abcd:0:0:3');
  assert.equal((await app.inject(from('2001:db8::4', 'one more'))).statusCode, 429);
  assert.equal((await app.inject(from('2001:db8:0:1::4', 'a mistake'))).statusCode, 401);
  await guess(app, '192.0.2.7', '::ffff:192.0.2.7');
  assert.equal((await app.inject(from('::ffff:c000:207', 'one more'))).statusCode, 429);
});

test('a 401 names the header that the key belongs in', async (t) => {
  const { app } = await buildTestApp(t, { http: { protect_reads: true } });
  for (const request of [write(), write('wrong'), { url: '/api/status' }]) {
    const response = await app.inject(request);
    assert.equal(response.statusCode, 401);
    assert.equal(response.headers['www-authenticate'], 'ApiKey header="X-API-Key"');
    assert.deepEqual(response.json().errors, [
      { path: '/headers/x-api-key', message: 'must be the API key of this device' },
    ]);
  }
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
