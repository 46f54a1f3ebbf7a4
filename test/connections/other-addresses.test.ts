import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { eventually } from '../support/eventually.ts';
import { open } from '../support/raw-http.ts';
import { startTestServer } from '../support/server.ts';

test('what comes at another address has the same limits, and is answered before the server ends', async (t) => {
  const { app } = await startTestServer(t, { http: { max_connections_per_address: 2 } });
  await app.alsoListen('127.0.0.3');
  const url = `http://127.0.0.3:${(app.server.address() as AddressInfo).port}`;
  const [asking, idle] = [await open(t, url), await open(t, url)];
  await once(await open(t, url), 'close');
  let begun = false;
  app.server.prependListener('request', () => {
    begun = true;
  });
  let heard = '';
  asking.on('data', (chunk) => (heard += chunk));
  asking.write('GET /api/sensors/cpu_temp_c/readings HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await eventually(() => begun);
  const idleEnds = once(idle.resume(), 'close');
  await app.close();
  await idleEnds;
  assert.match(heard, /^HTTP\/1\.1 200/);
  await assert.rejects(open(t, url), { code: 'ECONNREFUSED' });
});
