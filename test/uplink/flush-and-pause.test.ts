import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAKE_START_MS } from '../support/fake-clock.ts';
import { anAlert, summaries } from './items.ts';
import { anUploader, busyFor, unauthorised, unreachable } from './running-uploader.ts';

const MINUTE_MS = 60_000;

describe('a request for a try right now', () => {
  it('forgets the backoff and what the receiver asked for', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = ({ at }) => (at < 1000 ? busyFor(3_600_000) : { kind: 'accepted' });
    outbox.add(...summaries(1), anAlert());
    uploader.start();
    await clock.advance(10_000);
    const flushed = uploader.flush();
    await clock.advance(500);
    await flushed;
    assert.equal(outbox.size, 0);
    assert.deepEqual(sender.times, [0, 500, 10_000, 10_500]);
  });

  it('keeps the pace', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => unreachable;
    outbox.add(...summaries(1));
    uploader.start();
    for (let n = 0; n < 100; n += 1) {
      void uploader.flush();
      await clock.advance(50);
    }
    assert.ok(sender.requests.length <= 11, `${sender.requests.length} requests in 5 s`);
  });
});

describe('a receiver that does not know the device', () => {
  it('is left alone for five minutes, in both lanes, also when there is an alert', async () => {
    const { uploader, outbox, sender, clock, lines } = anUploader();
    sender.answer = () => unauthorised;
    outbox.add(...summaries(1));
    uploader.start();
    await clock.advance(1000);
    outbox.add(anAlert());
    uploader.wake('alert');
    await clock.advance(4 * MINUTE_MS);
    assert.deepEqual(sender.times, [0]);
    assert.equal(uploader.status().state, 'paused');
    assert.equal(uploader.status().nextTryAt, FAKE_START_MS + 5 * MINUTE_MS);
    assert.deepEqual(lines, ['uplink: paused, tried again every 5 minutes']);

    await clock.advance(56 * MINUTE_MS);
    assert.equal(sender.requests.length, 13, 'one every five minutes, not one for each lane');
    assert.equal(lines.length, 1);
  });

  it('is asked once, and not once more by the lane whose turn is next', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => new Promise((resolve) => clock.after(100, () => resolve(unauthorised)));
    outbox.add(...summaries(1), anAlert());
    uploader.start();
    await clock.advance(59 * MINUTE_MS);
    assert.equal(sender.requests.length, 12);
    assert.ok(sender.requests.every(({ batch }) => batch.lane === 'alert'));
  });

  it('is asked at once when somebody wants it, and then everything flows', async () => {
    const { uploader, outbox, sender, clock, lines } = anUploader();
    sender.answer = () => unauthorised;
    outbox.add(...summaries(120), anAlert());
    uploader.start();
    await clock.advance(MINUTE_MS);
    sender.answer = () => ({ kind: 'accepted' });
    void uploader.flush();
    await clock.advance(2000);
    assert.equal(outbox.size, 0);
    assert.equal(sender.requests[1]?.batch.lane, 'alert');
    assert.deepEqual(lines.slice(1), ['uplink: delivers again']);
  });
});
