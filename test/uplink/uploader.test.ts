import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAlert, aSummary, summaries } from './items.ts';
import { anUploader, hanging, unreachable } from './running-uploader.ts';

const MINUTE_MS = 60_000;

describe('an uploader that gets through', () => {
  it('sends what waits at its start in batches, oldest first', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    const items = summaries(120);
    outbox.add(...items);
    uploader.start();
    await clock.advance(2000);
    assert.deepEqual(outbox.acknowledged, items);
    assert.deepEqual(
      sender.requests.map(({ at, batch }) => [at, batch.items]),
      [
        [0, 50],
        [500, 50],
        [1000, 20],
      ],
    );
  });

  it('counts what it sent', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    outbox.add(...summaries(60));
    sender.answer = ({ at }) => (at === 0 ? unreachable : { kind: 'accepted' });
    uploader.start();
    await clock.advance(5000);
    const { requests, itemsSent, bytesSent, state } = uploader.status();
    assert.deepEqual({ requests, itemsSent, state }, { requests: 3, itemsSent: 60, state: 'idle' });
    assert.equal(
      bytesSent,
      sender.requests.reduce((sum, { batch }) => sum + batch.body.length, 0),
      'retries are traffic too',
    );
  });
});

describe('a new item', () => {
  it('is sent when the uploader is told of it', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    uploader.start();
    await clock.advance(10_000);
    outbox.add(...summaries(1));
    uploader.wake('summary');
    await clock.advance(0);
    assert.deepEqual(sender.times, [10_000]);
  });

  it('is found within a minute when nobody told of it', async () => {
    const { uploader, outbox, clock } = anUploader();
    uploader.start();
    await clock.advance(10_000);
    outbox.add(...summaries(1), anAlert());
    await clock.advance(MINUTE_MS);
    assert.equal(outbox.size, 0);
  });

  it('is seen when it came while the outbox was asked, and was not in its answer', async () => {
    const { uploader, outbox, clock } = anUploader();
    const asked = Promise.withResolvers<undefined>();
    const next = outbox.next.bind(outbox);
    outbox.next = () => asked.promise;
    uploader.start();
    await clock.advance(0);
    outbox.add(aSummary('air_temp_c', 0));
    uploader.wake('summary');
    outbox.next = next;
    asked.resolve(undefined);
    await clock.advance(0);
    assert.equal(outbox.size, 0);
  });

  it('is seen when it came while a request was in flight', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    const answer = Promise.withResolvers<{ kind: 'accepted' }>();
    sender.answer = () => answer.promise;
    outbox.add(aSummary('air_temp_c', 0));
    uploader.start();
    await clock.advance(1000);
    outbox.add(aSummary('air_temp_c', 1));
    uploader.wake('summary');
    answer.resolve({ kind: 'accepted' });
    await clock.advance(0);
    assert.equal(outbox.size, 0);
  });
});

describe('the end of an uploader', () => {
  it('waits for the answer to the running request, and begins no other', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 1 });
    const answer = Promise.withResolvers<{ kind: 'accepted' }>();
    sender.answer = () => answer.promise;
    outbox.add(...summaries(2));
    uploader.start();
    await clock.advance(0);
    const stopped = uploader.stop();
    answer.resolve({ kind: 'accepted' });
    await stopped;
    await clock.advance(10 * MINUTE_MS);
    assert.equal(outbox.acknowledged.length, 1);
    assert.equal(sender.requests.length, 1);
    assert.equal(clock.waiting, 0);
  });

  it('gives up an answer that does not come within two seconds, and keeps the batch', async () => {
    const { uploader, outbox, sender, clock, lines } = anUploader();
    sender.answer = () => hanging;
    outbox.add(...summaries(2), anAlert());
    uploader.start();
    await clock.advance(500);
    let over = false;
    const stopped = uploader.stop().then(() => (over = true));
    await clock.advance(1999);
    assert.equal(over, false);
    await clock.advance(1);
    await stopped;
    assert.equal(outbox.size, 3);
    assert.deepEqual(lines, [], 'to be stopped is no failure of the receiver');
    assert.equal(clock.waiting, 0);
  });

  it('is at once when a lane only waits for its turn or for a better time', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => unreachable;
    outbox.add(...summaries(1), anAlert());
    uploader.start();
    await clock.advance(100);
    await uploader.stop();
    assert.equal(sender.requests.length, 1);
    await uploader.flush();
    assert.equal(sender.requests.length, 1, 'nothing is sent behind the end');
  });
});
