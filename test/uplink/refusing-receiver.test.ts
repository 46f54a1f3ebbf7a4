import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../../src/uplink/outcome.ts';
import { anAlert, summaries } from './items.ts';
import { accepted, anUploader, refused, unreachable } from './running-uploader.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('a receiver that refuses everything', () => {
  it('for an hour costs nothing: no dead letter, few requests, and then all of it arrives, in order', async () => {
    const { uploader, outbox, sender, clock, lines } = anUploader();
    sender.answer = ({ at }) => (at < HOUR_MS ? refused : accepted);
    const items = summaries(500);
    outbox.add(...items, anAlert());
    uploader.start();
    await clock.advance(HOUR_MS - 1);
    const { state, refusing, failingSince } = uploader.status();
    assert.deepEqual([state, refusing, failingSince === null], ['paused', 'this is nonsense', false]);
    assert.ok(sender.requests.length < 250, `${sender.requests.length} requests in an hour`);
    await clock.advance(10 * MINUTE_MS);
    assert.deepEqual(outbox.setAsideItems, []);
    assert.deepEqual(
      outbox.acknowledged.filter(({ kind }) => kind === 'summary'),
      items,
    );
    assert.equal(outbox.size, 0);
    assert.deepEqual([uploader.status().state, uploader.status().refusing], ['idle', null]);
    assert.deepEqual(lines, [
      'uplink: everything is refused; all of it is kept and tried again',
      'uplink: delivers again',
    ]);
  });

  it('keeps the only item that waits, however long that is', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => refused;
    outbox.add(anAlert());
    uploader.start();
    await clock.advance(24 * HOUR_MS);
    assert.deepEqual([outbox.setAsideItems.length, outbox.size], [0, 1]);
    assert.ok(sender.requests.length < 400, `${sender.requests.length} requests in a day`);
    sender.answer = () => accepted;
    await clock.advance(5 * MINUTE_MS);
    assert.deepEqual(outbox.acknowledged, [anAlert()]);
  });

  it('gets a new alert offered at once, and with its acceptance the one that it refuses is a dead letter', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = ({ ids }) => (ids.includes(anAlert(1).id) ? refused : accepted);
    outbox.add(anAlert(1));
    uploader.start();
    await clock.advance(HOUR_MS);
    assert.equal(outbox.setAsideItems.length, 0);
    outbox.add(anAlert(2));
    uploader.wake('alert');
    await clock.advance(6000);
    assert.deepEqual(outbox.acknowledged, [anAlert(2)]);
    assert.deepEqual(
      outbox.setAsideItems.map(({ item }) => item),
      [anAlert(1)],
    );
  });

  it('of one lane is no proof against the items of the other', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = ({ batch }) => (batch.lane === 'alert' ? accepted : refused);
    outbox.add(...summaries(60));
    uploader.start();
    for (let n = 0; n < 30; n++) {
      outbox.add(anAlert(n));
      uploader.wake('alert');
      await clock.advance(MINUTE_MS);
    }
    assert.deepEqual([outbox.setAsideItems.length, outbox.acknowledged.length], [0, 30]);
  });
});

describe('a receiver that turns', () => {
  it('from accepting to refusing, after whatever request, makes no dead letter', async () => {
    for (let last = 0; last < 12; last++) {
      const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 3 });
      sender.answer = () => (sender.requests.length > last && clock.monotonic() < HOUR_MS ? refused : accepted);
      outbox.add(...summaries(20));
      uploader.start();
      await clock.advance(2 * HOUR_MS);
      assert.deepEqual([outbox.setAsideItems.length, outbox.acknowledged.length], [0, 20], `after ${last}`);
    }
  });

  it('to and fro by the minute, with failures and restarts between, makes no dead letter', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 4 });
    const turns: Outcome[] = [refused, accepted, unreachable, refused, accepted];
    sender.answer = ({ at }) => turns[Math.floor(at / 20_000) % turns.length] ?? accepted;
    uploader.start();
    for (let n = 0; n < 60; n++) {
      outbox.add(...summaries(3, { from: 3 * n }));
      uploader.wake('summary');
      await clock.advance(37_000);
    }
    await clock.advance(HOUR_MS);
    assert.deepEqual([outbox.setAsideItems.length, outbox.size], [0, 0]);
  });

  it('with every request makes no dead letter', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 4 });
    sender.answer = () => (sender.requests.length % 2 === 0 ? refused : accepted);
    outbox.add(...summaries(100));
    uploader.start();
    await clock.advance(HOUR_MS);
    assert.deepEqual([outbox.setAsideItems.length, outbox.size], [0, 0]);
  });
});

describe('a receiver that refuses some', () => {
  it('of hundreds in front of the rest does not hold it up', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    const bad = new Set(summaries(300).map(({ id }) => id));
    sender.answer = ({ ids }) => (ids.some((id) => bad.has(id)) ? refused : accepted);
    outbox.add(...summaries(400));
    uploader.start();
    await clock.advance(2 * HOUR_MS);
    assert.deepEqual([outbox.setAsideItems.length, outbox.acknowledged.length, outbox.size], [300, 100, 0]);
  });

  it('and takes small batches only gets everything in small batches', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = ({ ids }) => (ids.length > 3 ? refused : accepted);
    outbox.add(...summaries(200));
    uploader.start();
    await clock.advance(10 * MINUTE_MS);
    assert.deepEqual(outbox.acknowledged, summaries(200));
  });

  it('always the same sensor: its items become dead letters window by window, and few requests are spent', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = ({ ids }) => (ids.some((id) => id.includes('/soil')) ? refused : accepted);
    uploader.start();
    const sensors = ['air', 'soil_1', 'soil_2', 'soil_3'];
    for (let n = 0; n < 100; n++) {
      for (const sensor of sensors) outbox.add(...summaries(1, { sensor, from: n }));
      uploader.wake('summary');
      await clock.advance(5 * MINUTE_MS);
    }
    assert.equal(outbox.acknowledged.length, 100);
    assert.ok(outbox.size <= 6, `${outbox.size} under suspicion`);
    assert.ok(sender.requests.length < 100 * 40, `${sender.requests.length} requests`);
  });
});

describe('what is there already', () => {
  it('is accepted alone, and found by halving in a batch', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    const there = new Set([3, 4, 17].map((n) => summaries(20)[n]?.id));
    sender.answer = ({ ids }) =>
      ids.some((id) => there.has(id)) ? { kind: 'exists', why: 'it is there already' } : accepted;
    outbox.add(...summaries(20));
    uploader.start();
    await clock.advance(MINUTE_MS);
    assert.deepEqual([outbox.size, outbox.setAsideItems.length], [0, 0]);
  });

  it('is no proof that others are taken', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 1 });
    sender.answer = ({ ids }) => (ids.includes(summaries(1)[0]?.id ?? '') ? refused : { kind: 'exists', why: 'there' });
    outbox.add(...summaries(10));
    uploader.start();
    await clock.advance(HOUR_MS);
    assert.deepEqual([outbox.setAsideItems.length, outbox.size], [0, 1]);
  });
});

it('items that a receiver names beside a 2xx are dead letters with its reason, and the rest is acknowledged', async () => {
  const { uploader, outbox, sender, clock } = anUploader();
  const [first, second, third] = summaries(3);
  sender.answer = () => ({ kind: 'accepted', refused: [{ id: second?.id ?? '', reason: 'no such sensor' }] });
  outbox.add(...summaries(3));
  uploader.start();
  await clock.advance(1000);
  assert.deepEqual(outbox.acknowledged, [first, third]);
  assert.deepEqual(outbox.setAsideItems, [{ item: second, reason: 'no such sensor' }]);
});
