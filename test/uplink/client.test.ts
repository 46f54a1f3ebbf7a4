import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Receiver } from '../support/receiver.ts';
import { anAlert, summaries } from './items.ts';
import { aBatch, aClient, noSignal, TOKEN } from './wire.ts';

it('a batch arrives as it is, with its key and the token', async (t) => {
  const receiver = await Receiver.start(t);
  const batch = await aBatch(...summaries(2));
  const { outcome } = await aClient(t, receiver.url).send(batch, noSignal());
  assert.deepEqual(outcome, { kind: 'accepted' });
  const [request] = receiver.requests;
  assert.equal(request?.body, batch.body);
  assert.equal(request?.key, batch.key);
  assert.equal(request?.token, `Bearer ${TOKEN}`);
});

it('a large batch is compressed, a small one is not, and the bytes that are counted are those that arrive', async (t) => {
  for (const [items, smaller] of [
    [[anAlert()], false],
    [summaries(50), true],
  ] as const) {
    const receiver = await Receiver.start(t);
    const client = aClient(t, receiver.url);
    const batch = await aBatch(...items);
    const { bytes } = await client.send(batch, noSignal());
    assert.equal(bytes < batch.body.length, smaller);
    await client.close();
    assert.equal(await eventually(() => receiver.bytesRead), bytes);
  }
});

it('the same batch is the same bytes again', async (t) => {
  const receiver = await Receiver.start(t);
  const client = aClient(t, receiver.url);
  const batch = await aBatch(...summaries(50));
  const sizes = [await client.send(batch, noSignal()), await client.send(batch, noSignal())].map(({ bytes }) => bytes);
  assert.equal(sizes[0], sizes[1]);
  assert.deepEqual(receiver.brokenKeys, []);
  assert.equal(receiver.duplicates, 50);
});

it('a redirect is not followed', async (t) => {
  const receiver = await Receiver.start(t);
  const elsewhere = await Receiver.start(t);
  receiver.judge = () => ({ status: 308, headers: { location: elsewhere.url }, body: ' ' });
  const { outcome } = await aClient(t, receiver.url).send(await aBatch(...summaries(1)), noSignal());
  assert.deepEqual(outcome, {
    kind: 'retry',
    why: `${receiver.url} answered 308: redirects are not followed, set uplink.url to ${elsewhere.url}.`,
    retryAfterMs: undefined,
  });
  assert.equal(elsewhere.attempts, 0);
});

it('of a problem document the code counts, and the detail is shown', async (t) => {
  const receiver = await Receiver.start(t);
  const problem = { status: 409, code: 'device_uid_conflict', detail: 'greenhouse-1 belongs to another machine' };
  receiver.judge = () => ({ status: 409, body: JSON.stringify(problem) });
  const { outcome } = await aClient(t, receiver.url).send(await aBatch(...summaries(1)), noSignal());
  assert.equal(outcome.kind, 'unauthorised');
  assert.match((outcome as { why: string }).why, /EDGE_DEVICE_ID\. It says: greenhouse-1 belongs to another machine$/);
  for (const body of ['{"code":', '{"code":7}', '["device_uid_conflict"]', 'device_uid_conflict', '{ }']) {
    receiver.judge = () => ({ status: 409, body });
    const answered = await aClient(t, receiver.url).send(await aBatch(...summaries(1)), noSignal());
    assert.notEqual(answered.outcome.kind, 'unauthorised', body);
  }
});

it('Retry-After and what the receiver says are read', async (t) => {
  const receiver = await Receiver.start(t);
  const client = aClient(t, receiver.url);
  receiver.judge = () => ({ status: 429, headers: { 'retry-after': '17' } });
  const slow = (await client.send(await aBatch(...summaries(1)), noSignal())).outcome;
  assert.equal(slow.kind === 'retry' && slow.retryAfterMs, 17_000);
  receiver.judge = () => ({ status: 422, body: 'no such\n\tsensor' });
  const refused = (await client.send(await aBatch(...summaries(1)), noSignal())).outcome;
  assert.deepEqual(refused, { kind: 'refused', why: `${receiver.url} answered 422. It says: no such sensor` });
});

it('an answer that is too long is cut off, and its status counts', async (t) => {
  const receiver = await Receiver.start(t);
  const client = aClient(t, receiver.url);
  receiver.judge = () => 'huge-answer';
  const batch = await aBatch(...summaries(1));
  assert.deepEqual((await client.send(batch, noSignal())).outcome, { kind: 'accepted' });
  receiver.judge = () => undefined;
  assert.deepEqual(
    (await client.send(batch, noSignal())).outcome,
    { kind: 'accepted' },
    'the next one is not disturbed',
  );
});

it('neither the token nor what stands in the query of the address is shown, also when the receiver sends it back', async (t) => {
  const receiver = await Receiver.start(t);
  const client = aClient(t, `${receiver.url}?key=hidden`);
  const shown: unknown[] = [];
  for (const status of [307, 400, 401, 500]) {
    receiver.judge = ({ token }) => ({ status, headers: { location: `/${TOKEN}?key=hidden` }, body: `${token}` });
    shown.push((await client.send(await aBatch(...summaries(1)), noSignal())).outcome);
  }
  receiver.judge = () => 'reply-lost';
  shown.push((await client.send(await aBatch(...summaries(1)), noSignal())).outcome);
  assert.equal(receiver.requests[0]?.token, `Bearer ${TOKEN}`);
  assert.doesNotMatch(JSON.stringify(shown), /secret-token|hidden/);
});
