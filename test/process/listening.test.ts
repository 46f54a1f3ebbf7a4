import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/process.ts';
import { open } from '../support/raw-http.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WITHOUT_IPV6 = new URL('without-ipv6.ts', import.meta.url).pathname;
const BOTH_LOCALHOSTS = new URL('both-localhosts.ts', import.meta.url).pathname;
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** A server with the default for HOST, and what it said. */
async function start(t: TestContext, env: Record<string, string> = {}) {
  const server = startProcess(t, { HOST: '', EDGE_DATA_DIR: temporaryFolder(t), ...env });
  const { port } = new URL(await server.url);
  return { port, server };
}

test('without HOST the server is there over IPv4 and IPv6, and says at which addresses', {
  skip: !hasIpv6 && 'no ::1 here',
}, async (t) => {
  const { port, server } = await start(t);
  for (const address of ['127.0.0.1', '[::1]', 'localhost']) {
    assert.equal((await request(`http://${address}:${port}/api/status`)).statusCode, 200, address);
  }
  const listening = /Server listening at ([^"]*)/.exec(server.out())?.[1]?.split(', ') ?? [];
  assert.deepEqual(listening.slice(0, 2), [`http://127.0.0.1:${port}`, `http://[::1]:${port}`]);
});

test('a client over IPv4 has a plain address in the log', async (t) => {
  const { port, server } = await start(t);
  const command = { method: 'POST', headers: { 'x-api-key': 'not-the-key-of-this-device' } } as const;
  assert.equal((await request(`http://127.0.0.1:${port}/api/led`, command)).statusCode, 401);
  await eventually(() => server.out().includes('"address":"127.0.0.1"'));
  assert.ok(!server.out().includes('::ffff:'));
});

test('HOST=localhost is IPv4 and IPv6, and each of them has the limits of connections', {
  skip: !hasIpv6 && 'no ::1 here',
}, async (t) => {
  const file = join(temporaryFolder(t), 'edge.yaml');
  writeFileSync(file, 'http: { max_connections_per_address: 1 }\n');
  const { port, server } = await start(t, {
    HOST: 'localhost',
    EDGE_CONFIG: file,
    NODE_OPTIONS: `--import=${BOTH_LOCALHOSTS}`,
  });
  await eventually(() => server.out().includes('listening at ::1 as well'));
  for (const address of ['127.0.0.1', '[::1]']) {
    const url = `http://${address}:${port}`;
    const held = await open(t, url, null);
    const turnedAway = await open(t, url, null);
    await once(turnedAway, 'close');
    held.write('GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.match(String((await once(held, 'data'))[0]), /^HTTP\/1\.1 200/, address);
  }
});

test('where IPv6 is switched off, the server is there over IPv4 and says so', async (t) => {
  for (const code of ['EAFNOSUPPORT', 'EADDRNOTAVAIL']) {
    const { port, server } = await start(t, { NODE_OPTIONS: `--import=${WITHOUT_IPV6}`, BIND6_FAILS_WITH: code });
    assert.equal((await request(`http://127.0.0.1:${port}/api/status`)).statusCode, 200);
    assert.match(server.out(), /IPv6 is switched off on this machine: listening on its IPv4 addresses/);
    assert.match(server.out(), /Server listening at http:\/\/127\.0\.0\.1:/);
  }
});

test('an address that was asked for and cannot be had ends the start, also where it is an IPv6 address', async (t) => {
  const env = { NODE_OPTIONS: `--import=${WITHOUT_IPV6}`, BIND6_FAILS_WITH: 'EADDRNOTAVAIL', HOST: '::1' };
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t), ...env });
  assert.equal(await server.exit, 1);
  assert.equal(server.err(), 'This machine does not have the address ::1: correct HOST.\n');
});
