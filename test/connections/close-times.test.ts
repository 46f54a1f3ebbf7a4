import { once } from 'node:events';
import test from 'node:test';
import { open } from '../support/raw-http.ts';
import { startTestServer } from '../support/server.ts';

/** By itself Node looks for such connections every 30 s. */
const CLOSED_WITHIN_MS = 10_000;

for (const [what, sent] of Object.entries({
  'half a header': 'GET /api/status HTTP/1.1\r\nHost: loc',
  'an empty line': '\r\n',
  'nothing at all': '',
})) {
  test(`a client that sends ${what} is closed soon after the time for the headers`, async (t) => {
    const { app, url } = await startTestServer(t);
    app.server.headersTimeout = 100;
    const socket = (await open(t, url)).resume();
    if (sent !== '') socket.write(sent);
    await once(socket, 'close', { signal: AbortSignal.timeout(CLOSED_WITHIN_MS) });
  });
}
