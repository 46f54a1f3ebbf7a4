import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { it } from 'node:test';
import { answerBrokenRequest } from '../../src/plugins/broken-requests.ts';
import { eventually } from '../support/eventually.ts';
import { open, say } from '../support/raw-http.ts';
import { startTestServer } from '../support/server.ts';
import { operations } from './operations.ts';

it('what comes while the server stops is a 503 like every other error, and documented for every operation', async (t) => {
  const { app, url } = await startTestServer(t);
  const every = await operations(app);
  let accepted: Socket | undefined;
  app.server.once('connection', (socket) => (accepted = socket));
  const socket = await open(t, url);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  socket.write('GET /api/status HTTP/1.1\r\nHost: localhost\r\n');
  await eventually(() => (accepted?.bytesRead ?? 0) > 0);
  const closed = app.close();
  socket.write('\r\n');
  await once(socket, 'close');
  await closed;
  assert.match(
    answer,
    /^HTTP\/1\.1 503 [\s\S]*retry-after: \d+[\s\S]*application\/problem\+json[\s\S]*The server is stopping/i,
  );
  for (const { at, responses } of every)
    assert.ok(responses[503]?.headers && 'Retry-After' in responses[503].headers, at);
});

it('what ends before there is a request is documented for every operation', async (t) => {
  const { app, url } = await startTestServer(t);
  const broken = [
    await say(t, url, `GET /api/status HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    await say(t, url, 'no HTTP\r\n\r\n'),
    timedOut(),
  ].map((answer) => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? '');
  assert.deepEqual(broken, ['431', '400', '408']);
  for (const { at, responses } of await operations(app))
    for (const status of broken) assert.ok(status in responses, at);
});

/** The answer to a request that never arrives whole. */
function timedOut(): string {
  let answer = '';
  const socket = { writable: true, end: (text: string) => (answer += text), destroy: () => {} };
  const error = Object.assign(new Error('too late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  answerBrokenRequest(error, socket as unknown as Parameters<typeof answerBrokenRequest>[1]);
  return answer;
}
