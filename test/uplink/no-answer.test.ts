import assert from 'node:assert/strict';
import { createServer, type LookupFunction } from 'node:net';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Pool } from 'undici';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Fault, Receiver } from '../support/receiver.ts';
import { summaries } from './items.ts';
import { aBatch, aClient, noSignal } from './wire.ts';

const BROKEN: [fault: Fault, why: RegExp][] = [
  ['reply-lost', /closed the connection before its answer was complete/],
  ['reply-truncated', /closed the connection before its answer was complete/],
  ['black-hole', /took the request and did not answer in time/],
];

for (const [fault, why] of BROKEN) {
  it(`${fault} is not an acknowledgement, and the next request goes through`, async (t) => {
    const receiver = await Receiver.start(t);
    const client = aClient(t, receiver.url);
    const batch = await aBatch(...summaries(2));
    receiver.judge = () => fault;
    const sent = await client.send(batch, noSignal());
    assert.equal(sent.outcome.kind, 'retry');
    assert.match((sent.outcome as { why: string }).why, why);
    assert.ok(sent.bytes > 200, 'it went over the wire');
    receiver.judge = () => undefined;
    assert.deepEqual((await client.send(batch, noSignal())).outcome, { kind: 'accepted' });
  });
}

it('a reset inside the request is not an acknowledgement', async (t) => {
  const receiver = await Receiver.start(t);
  receiver.reset = () => true;
  const { outcome } = await aClient(t, receiver.url).send(await aBatch(...summaries(50)), noSignal());
  assert.equal(outcome.kind, 'retry');
  assert.match((outcome as { why: string }).why, /reset|closed the connection/);
});

it('an answer that drips for ever is given up', async (t) => {
  const receiver = await Receiver.start(t);
  const clock = new FakeClock();
  receiver.judge = () => 'slow-drip';
  const sent = aClient(t, receiver.url, { clock }).send(await aBatch(...summaries(1)), noSignal());
  await eventually(() => receiver.requests.length);
  await clock.advance(60_000);
  assert.match(((await sent).outcome as { why: string }).why, /did not finish its answer in time/);
  assert.equal(clock.waiting, 0);
});

it('a request whose connection never comes about is given up by its signal', async (t) => {
  const connect = () => {}; // a connector that never calls back
  const client = aClient(t, 'http://localhost:9/ingest', { connect });
  const stop = new AbortController();
  const sent = client.send(await aBatch(...summaries(1)), stop.signal);
  await setImmediate();
  stop.abort();
  assert.equal((await sent).outcome.kind, 'retry');
});

it('a closed port, a dead name server and a name that does not exist say what they are, and cost no traffic', async (t) => {
  const closed = await Receiver.start(t);
  const port = closed.port;
  await closed.close();
  const lookupFails = (code: string) => {
    const lookup: LookupFunction = (_name, _options, done) => done(Object.assign(new Error(), { code }), '');
    return { lookup } as Pool.Options['connect'];
  };
  const cases = [
    [aClient(t, `http://localhost:${port}/ingest`), /refused: nothing listens there/],
    [aClient(t, 'http://example.test/', { connect: lookupFails('EAI_AGAIN') }), /no DNS server answers/],
    [aClient(t, 'http://example.test/', { connect: lookupFails('ENOTFOUND') }), /the name is not known/],
  ] as const;
  for (const [client, why] of cases) {
    const { outcome, bytes } = await client.send(await aBatch(...summaries(1)), noSignal());
    assert.match((outcome as { why: string }).why, why);
    assert.equal(bytes, 0);
  }
});

it('something that does not speak HTTP says so', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}).end('220 mail.example.org ESMTP\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const { outcome } = await aClient(t, `http://localhost:${port}/`).send(await aBatch(...summaries(1)), noSignal());
  assert.match((outcome as { why: string }).why, /not HTTP/);
});
