import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import test from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { open, say } from '../support/raw-http.ts';
import { buildTestApp, startTestServer } from '../support/server.ts';

test('every time-out of a connection is set', async (t) => {
  const { app } = await buildTestApp(t);
  const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = app.server;
  for (const limit of [headersTimeout, requestTimeout, keepAliveTimeout, timeout]) {
    assert.ok(limit > 0 && limit <= 30_000, `${limit}`);
  }
});

test('an address over its cap is turned away, another one is served, and a place that is left is free again', async (t) => {
  const { url } = await startTestServer(t, { http: { max_connections_per_address: 5 } });
  const held: Socket[] = [];
  for (let count = 0; count < 5; count++) held.push(await open(t, url));
  const turnedAway = await open(t, url);
  await once(turnedAway, 'close');
  const other = await open(t, url, '127.0.0.2');
  other.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(String((await once(other, 'data'))[0]), /^HTTP\/1\.1 200/);
  held[0]?.destroy();
  await eventually(async () => (await request(`${url}/api/health`).catch(() => undefined))?.statusCode === 200);
});

test('what is no HTTP is a 400 problem, and headers over 16 KiB are a 431', async (t) => {
  const { url } = await startTestServer(t);
  assert.match(
    await say(t, url, 'HELLO\r\n\r\n'),
    /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/,
  );
  const long = `GET /api/status HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${'k'.repeat(20_000)}\r\n\r\n`;
  assert.match(await say(t, url, long), /^HTTP\/1\.1 431 .*The headers are larger than 16 KiB/s);
});

test('control characters in a header are a 400 problem', async (t) => {
  const { url } = await startTestServer(t);
  const answer = await say(t, url, 'POST /api/led HTTP/1.1\r\nHost: localhost\r\nX-API-Key: a\x00b\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.equal((await request(`${url}/api/health`)).statusCode, 200);
});

test('a body that is chunked and too large is a 413 problem', async (t) => {
  const { url } = await startTestServer(t);
  const headers = { 'content-type': 'application/json', 'x-api-key': 'test-key-0123456789' };
  const parts = Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(1024, 'x')));
  const { statusCode, body } = await request(`${url}/api/led`, { method: 'POST', headers, body: parts });
  assert.equal(statusCode, 413);
  assert.equal(((await body.json()) as { error: string }).error, 'The body is larger than 16 KiB');
});
