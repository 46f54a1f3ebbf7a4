import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import test from 'node:test';
import { buildTestApp } from '../support/server.ts';

const DASHBOARD = 'http://192.168.1.100:3000';
const preflight = (origin: string) =>
  ({
    method: 'OPTIONS',
    url: '/api/led',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key',
    },
  }) as const;

test('without configuration no page of another origin is let in', async (t) => {
  const { app } = await buildTestApp(t);
  const simple = await app.inject({ url: '/api/status', headers: { origin: DASHBOARD } });
  assert.equal(simple.headers['access-control-allow-origin'], undefined);
  const response = await app.inject(preflight(DASHBOARD));
  assert.deepEqual(
    Object.keys(response.headers).filter((name) => name.startsWith('access-control-')),
    [],
  );
});

test('a listed origin may read and, after its preflight, write with the key', async (t) => {
  const { app } = await buildTestApp(t, { http: { cors_origins: [DASHBOARD, 'http://other.local'] } });
  const simple = await app.inject({ url: '/api/status', headers: { origin: DASHBOARD } });
  assert.equal(simple.headers['access-control-allow-origin'], DASHBOARD);
  assert.match(String(simple.headers.vary), /origin/i);
  const { statusCode, headers } = await app.inject(preflight(DASHBOARD));
  assert.equal(statusCode, 204);
  assert.equal(headers['access-control-allow-origin'], DASHBOARD);
  assert.match(String(headers['access-control-allow-headers']), /X-API-Key.*Content-Type/i);
  assert.match(String(headers['access-control-allow-methods']), /POST/);
});

test('an origin that is not listed gets no permission, also when it looks like a listed one', async (t) => {
  const { app } = await buildTestApp(t, { http: { cors_origins: [DASHBOARD] } });
  for (const origin of ['http://evil.example', `${DASHBOARD}.evil.example`, 'http://192.168.1.100:30000', 'null']) {
    assert.notEqual((await app.inject(preflight(origin))).headers['access-control-allow-origin'], origin);
  }
});

test('an error is readable for a page of a listed origin', async (t) => {
  const { app } = await buildTestApp(t, { http: { cors_origins: [DASHBOARD] } });
  const response = await app.inject({ method: 'POST', url: '/api/led', headers: { origin: DASHBOARD }, body: {} });
  assert.equal(response.statusCode, 401);
  assert.equal(response.headers['access-control-allow-origin'], DASHBOARD);
});

test('* lets every site in, and the log warns about it', async (t) => {
  let log = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  const { app } = await buildTestApp(t, { http: { cors_origins: ['*'] } }, { logger: { level: 'warn', stream } });
  const response = await app.inject({ url: '/api/status', headers: { origin: 'http://any.example' } });
  assert.equal(response.headers['access-control-allow-origin'], '*');
  assert.match(log, /CORS is open to every site/);
});
