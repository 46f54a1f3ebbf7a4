import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import test from 'node:test';
import type { FastifyInstance } from 'fastify';
import { eventually } from '../support/eventually.ts';
import { open } from '../support/raw-http.ts';
import { API_KEY, startTestServer } from '../support/server.ts';

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

function post(body: string, chunked: boolean): string {
  const head = `POST /api/led HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${API_KEY}\r\nContent-Type: application/json\r\n`;
  if (!chunked) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

/** All that a connection has heard. */
function heardBy(socket: Socket): () => string {
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk));
  return () => heard;
}

/** The most requests that were unanswered at once, on all connections together. */
function mostUnanswered(app: FastifyInstance): () => number {
  let [now, most] = [0, 0];
  app.server.prependListener('request', (_request, response) => {
    most = Math.max(most, ++now);
    response.once('close', () => now--);
  });
  return () => most;
}

const paths = Array.from({ length: 16 }, (_, n) => `/api/sensors/nothing-${n}`);

for (const [how, pieces] of Object.entries({
  'at once': (text: string) => [text],
  'byte by byte': (text: string) => [...text],
  'in pieces of 7 bytes': (text: string) => text.match(/.{1,7}/gs) ?? [],
})) {
  test(`16 requests that are sent ${how} are answered in their order, one after the other`, async (t) => {
    const { app, url } = await startTestServer(t);
    const most = mostUnanswered(app);
    const socket = await open(t, url);
    const heard = heardBy(socket);
    for (const piece of pieces(paths.map((path) => get(path)).join(''))) socket.write(piece);
    const names = () => [...heard().matchAll(/no sensor \\?"(nothing-\d+)/g)].map(([, name]) => `/api/sensors/${name}`);
    await eventually(() => names().length === paths.length);
    assert.deepEqual(names(), paths);
    assert.equal(most(), 1);
  });
}

for (const chunked of [false, true]) {
  test(`requests with ${chunked ? 'chunked' : 'counted'} bodies wait for each other, and none gets the bytes of another`, async (t) => {
    const { app, pins, url } = await startTestServer(t);
    const most = mostUnanswered(app);
    const socket = await open(t, url);
    const heard = heardBy(socket);
    const bodies = [
      '{"action":"on"}',
      '{"action":\n\n\r\n\r\n"off"}',
      '{"action":"toggle"}',
      `${' '.repeat(9000)}{"action":"on"}`,
    ];
    const requests = Array.from({ length: 40 }, (_, n) => post(bodies[n % bodies.length] ?? '', chunked));
    socket.write(`\r\n\r\n${requests.join('')}${get('/api/outputs/led', 'Connection: close\r\n')}`);
    await once(socket, 'close');
    assert.equal(heard().match(/HTTP\/1\.1 200/g)?.length, requests.length + 1, heard().slice(-500));
    assert.equal(pins.level(17), 1);
    assert.equal(most(), 1);
  });
}

const FLOODS: Record<string, string> = {
  'GET that is answered at once': get('/api/status'),
  'GET that asks the store': get('/api/sensors/cpu_temp_c/readings'),
  'GET of a file': get('/docs/static/swagger-ui.css'),
  HEAD: 'HEAD /docs/json HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'a 404': get('/nothing'),
  'a 400': get('/api/readings?limit=no'),
  'a GET with a body': `GET /api/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nGET /`,
  'a POST without the key': 'POST /api/led HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx',
  'a chunked POST without the key':
    'POST /api/led HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
  'an upgrade that nobody offers': get('/api/status', 'Connection: upgrade\r\nUpgrade: websocket\r\n'),
  'empty lines': `\r\n\r\n\r\n${get('/api/status')}`,
};

for (const [what, request] of Object.entries(FLOODS)) {
  test(`2,000 times ${what} in one write: one is unanswered, and what nobody reads is not made`, async (t) => {
    const { app, url } = await startTestServer(t);
    const most = mostUnanswered(app);
    const socket = await open(t, url);
    socket.pause();
    socket.write(request.repeat(2000));
    await eventually(() => app.server.listening && most() > 0);
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    assert.equal(most(), 1);
    const other = await open(t, url, '127.0.0.2');
    other.write(get('/api/health', 'Connection: close\r\n'));
    assert.match(String((await once(other, 'data'))[0]), /^HTTP\/1\.1 200/);
  });
}

test('an address whose answers nobody takes has few requests under way and few bytes in memory', async (t) => {
  const { app, url } = await startTestServer(t);
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => sockets.add(socket));
  const waiting = () => [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0);
  for (let count = 0; count < 40; count++) {
    const socket = await open(t, url);
    socket.pause();
    socket.write(get('/docs/json').repeat(400));
  }
  await eventually(() => waiting() > 2 ** 20);
  for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
  assert.ok(waiting() < 2 * 2 ** 20, `${waiting()} bytes wait`);
});
