import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openUplink } from '../../src/uplink/open.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aCompany } from './authority.ts';
import { anAlert, summaries } from './items.ts';
import { aBatch, noSignal } from './wire.ts';

const company = aCompany();
const skip =
  (spawnSync('tinyproxy', ['-v']).error !== undefined && 'tinyproxy is missing') ||
  (company === undefined && 'openssl is missing');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}

/** Debian's tinyproxy on the loopback. */
async function aProxy(t: TestContext, ...lines: string[]): Promise<{ port: number; log: () => string }> {
  const port = await freePort();
  const file = join(temporaryFolder(t), 'tinyproxy.conf');
  writeFileSync(file, [`Port ${port}`, 'Listen 127.0.0.1', 'LogLevel Info', 'Timeout 600', ...lines, ''].join('\n'));
  const proxy = spawn('tinyproxy', ['-d', '-c', file]);
  t.after(() => proxy.kill());
  let out = '';
  for (const stream of [proxy.stdout, proxy.stderr]) stream.on('data', (chunk) => (out += chunk));
  await eventually(() => canConnect(port));
  return { port, log: () => out };
}

interface Through {
  proxy: string;
  exceptions?: string;
  timeoutMs?: number;
}

async function aClient(t: TestContext, url: string, { proxy, exceptions = '', timeoutMs = 5000 }: Through) {
  const caFile = join(temporaryFolder(t), 'company.pem');
  writeFileSync(caFile, `${company?.root}${company?.middle}`);
  const proxies = { http: proxy, https: proxy, exceptions };
  const client = await openUplink({ url, timeoutMs, caFile, proxies, clock: new FakeClock() });
  t.after(() => client.close());
  return client;
}

async function sends(t: TestContext, url: string, through: Through) {
  const client = await aClient(t, url, through);
  const { outcome, bytes } = await client.send(await aBatch(...summaries(3)), noSignal());
  return { outcome, bytes, why: (outcome as { why?: string }).why ?? '' };
}

for (const scheme of ['https', 'http'] as const) {
  const aReceiver = (t: TestContext) => Receiver.start(t, scheme === 'https' && company ? { https: company.leaf } : {});

  describe(`to a receiver that speaks ${scheme}, through a proxy`, { skip }, () => {
    it('everything arrives', async (t) => {
      const [receiver, proxy] = [await aReceiver(t), await aProxy(t)];
      const { outcome } = await sends(t, receiver.url, { proxy: `http://127.0.0.1:${proxy.port}` });
      assert.deepEqual(outcome, { kind: 'accepted' });
      assert.equal(receiver.items.size, 3);
      assert.match(proxy.log(), scheme === 'https' ? /CONNECT localhost:\d+/ : /POST http:\/\/localhost:\d+\/ingest/);
    });

    it('everything arrives where the proxy wants a login, and a wrong one is told without showing it', async (t) => {
      const [receiver, proxy] = [await aReceiver(t), await aProxy(t, 'BasicAuth user s3cret')];
      const at = `127.0.0.1:${proxy.port}`;
      const { outcome } = await sends(t, receiver.url, { proxy: `http://user:s%33cret@${at}` });
      assert.deepEqual(outcome, { kind: 'accepted' });
      for (const login of ['', 'user:not-it@']) {
        const { why } = await sends(t, receiver.url, { proxy: `http://${login}${at}` });
        // To plain requests tinyproxy answers 401, as a receiver would: both are named.
        assert.match(
          why,
          /proxy.* answered 40[17], it wants a login: put user|answered 401: .*, or put user and password/,
        );
        assert.match(why, /into the address of the proxy/);
        assert.doesNotMatch(why, /not-it/);
      }
      assert.equal(receiver.items.size, 3);
    });

    it('hosts that are excepted are reached without it', async (t) => {
      const [receiver, proxy] = [await aReceiver(t), await aProxy(t)];
      const through = { proxy: `http://127.0.0.1:${proxy.port}`, exceptions: 'example.org, LOCALHOST' };
      assert.equal((await sends(t, receiver.url, through)).outcome.kind, 'accepted');
      assert.doesNotMatch(proxy.log(), /CONNECT localhost|POST http/);
    });

    it('a receiver that is away is told from a proxy that is away, and nothing is counted as sent', async (t) => {
      const receiver = await aReceiver(t);
      const url = receiver.url;
      const proxy = await aProxy(t);
      await receiver.close();
      const there = await sends(t, url, { proxy: `http://127.0.0.1:${proxy.port}` });
      assert.equal(there.outcome.kind, 'retry');
      assert.match(there.why, /answered 50\d/);
      const gone = await sends(t, url, { proxy: `http://user:secret@127.0.0.1:${await freePort()}` });
      assert.match(
        gone.why,
        /: the proxy http:\/\/127\.0\.0\.1:\d+: the connection is refused: nothing listens there\.$/,
      );
      assert.deepEqual([gone.outcome.kind, gone.bytes], ['retry', 0]);
    });
  });
}

it('a proxy that takes connections and never answers is given up, and holds up no alert', { skip }, async (t) => {
  const receiver = await Receiver.start(t, company && { https: company.leaf });
  const proxy = await aProxy(t);
  let connections = 0;
  // The first connection hangs, the ones behind it reach the proxy.
  const gate = createServer((socket) => {
    socket.on('error', () => {});
    connections += 1;
    if (connections > 1) socket.pipe(connect(proxy.port, '127.0.0.1')).pipe(socket);
    else t.after(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  t.after(() => gate.close());
  const at = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
  const client = await aClient(t, receiver.url, { proxy: at, timeoutMs: 2000 });
  const summary = client.send(await aBatch(...summaries(1)), noSignal());
  await eventually(() => connections > 0);
  assert.deepEqual((await client.send(await aBatch(anAlert()), noSignal())).outcome, { kind: 'accepted' });
  const { outcome, bytes } = await summary;
  assert.match(
    (outcome as { why: string }).why,
    /the proxy .*: it does not say in time whether it reaches the receiver/,
  );
  assert.equal(bytes, 0);
});
