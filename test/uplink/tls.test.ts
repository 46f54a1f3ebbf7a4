import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Receiver } from '../support/receiver.ts';
import { aCertificate } from './certificate.ts';
import { anAlert, summaries } from './items.ts';
import { aBatch, aClient, noSignal } from './wire.ts';

interface Case {
  what: string;
  days: number;
  name?: string;
  trusted: boolean;
  why: RegExp;
}

const CASES: Case[] = [
  { what: 'an expired certificate', days: -1, trusted: true, why: /certificate has expired/ },
  { what: 'an unknown certificate', days: 1, trusted: false, why: /signed by itself/ },
  { what: 'a certificate for another name', days: 1, name: 'other', trusted: true, why: /for another name/ },
];

for (const { what, days, name, trusted, why } of CASES) {
  it(`${what} keeps everything on the device and says what it is`, async (t) => {
    const certificate = aCertificate(t, days, name);
    if (certificate === undefined) return t.skip('openssl is missing, or does not make such a certificate');
    const receiver = await Receiver.start(t, { https: certificate });
    const client = aClient(t, receiver.url, trusted ? { connect: { ca: certificate.cert } } : {});
    const { outcome, bytes } = await client.send(await aBatch(...summaries(1)), noSignal());
    assert.equal(outcome.kind, 'retry');
    assert.match((outcome as { why: string }).why, why);
    assert.equal(receiver.attempts, 0);
    assert.equal(bytes, 0);
  });
}

it('over TLS everything arrives as well', async (t) => {
  const certificate = aCertificate(t, 1);
  if (certificate === undefined) return t.skip('openssl is missing');
  const receiver = await Receiver.start(t, { https: certificate });
  const client = aClient(t, receiver.url, { connect: { ca: certificate.cert } });
  assert.deepEqual((await client.send(await aBatch(...summaries(50)), noSignal())).outcome, { kind: 'accepted' });
  assert.equal(receiver.items.size, 50);
});

it('a port without TLS says what it is', async (t) => {
  const receiver = await Receiver.start(t);
  const client = aClient(t, receiver.url.replace('http:', 'https:'));
  const { outcome } = await client.send(await aBatch(...summaries(1)), noSignal());
  assert.match((outcome as { why: string }).why, /does not speak TLS/);
});

it('an alert does not wait for a summary whose TLS handshake hangs', async (t) => {
  const certificate = aCertificate(t, 1);
  if (certificate === undefined) return t.skip('openssl is missing');
  const receiver = await Receiver.start(t, { https: certificate });
  // The first connection is taken and never answered, the ones behind it reach the receiver.
  const sockets: Socket[] = [];
  const gate = createServer((socket) => {
    if (sockets.push(socket) > 1) socket.pipe(connect(receiver.port, '127.0.0.1')).pipe(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  t.after(() => gate.close());
  t.after(() => sockets[0]?.destroy());
  const { port } = gate.address() as AddressInfo;
  const client = aClient(t, `https://localhost:${port}/ingest`, { connect: { ca: certificate.cert } });
  const summary = client.send(await aBatch(...summaries(1)), noSignal());
  await eventually(() => sockets.length);
  const alert = client.send(await aBatch(anAlert()), noSignal());
  const first = await Promise.race([summary.then(() => 'summary'), alert.then(() => 'alert')]);
  assert.equal(first, 'alert');
  assert.deepEqual((await alert).outcome, { kind: 'accepted' });
  sockets[0]?.destroy();
  assert.equal((await summary).outcome.kind, 'retry');
});
