import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAKE_START_MS } from '../support/fake-clock.ts';
import { anAlert, summaries } from './items.ts';
import { anUploader, busyFor, unreachable } from './running-uploader.ts';

const MINUTE_MS = 60_000;

describe('an uploader that does not get through', () => {
  it('waits longer and longer, up to five minutes, and for ever', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => unreachable;
    outbox.add(...summaries(1));
    uploader.start();
    await clock.advance(60 * MINUTE_MS);
    const waits = sender.times.slice(1).map((at, n) => (at - (sender.times[n] ?? 0)) / 1000);
    assert.deepEqual(waits.slice(0, 12), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    assert.equal(outbox.size, 1);
  });

  it('begins with a short wait again when it got through in between', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 1 });
    sender.answer = ({ at }) => (at === 31_000 ? { kind: 'accepted' } : unreachable);
    outbox.add(...summaries(2));
    uploader.start();
    await clock.advance(33_000);
    assert.deepEqual(sender.times, [0, 1000, 3000, 7000, 15_000, 31_000, 31_500, 32_500]);
  });

  it('knows for how long, whatever becomes of the wall clock meanwhile', async () => {
    for (const jumpMs of [-86_400_000, 14 * 86_400_000]) {
      const { uploader, outbox, sender, clock } = anUploader();
      sender.answer = () => unreachable;
      outbox.add(...summaries(1));
      uploader.start();
      await clock.advance(MINUTE_MS);
      clock.step(jumpMs);
      await clock.advance(MINUTE_MS);
      assert.equal(clock.now() - (uploader.status().failingSince ?? 0), 2 * MINUTE_MS);
    }
  });

  it('shows it, says it once, and says once that it is over', async () => {
    const { uploader, outbox, sender, clock, lines } = anUploader();
    sender.answer = () => unreachable;
    outbox.add(...summaries(1), anAlert());
    uploader.start();
    await clock.advance(30 * MINUTE_MS);
    const status = uploader.status();
    assert.equal(status.state, 'waiting');
    assert.equal(status.failingSince, FAKE_START_MS);
    assert.equal(status.lastError?.why, 'nobody is there');
    assert.ok((status.nextTryAt ?? 0) > clock.now() && (status.nextTryAt ?? 0) <= clock.now() + 5 * MINUTE_MS);
    assert.deepEqual(lines, ['uplink: does not deliver, tried again for ever']);

    sender.answer = () => ({ kind: 'accepted' });
    await clock.advance(5 * MINUTE_MS);
    assert.deepEqual(lines.slice(1), ['uplink: delivers again']);
    assert.equal(uploader.status().state, 'idle');
    assert.equal(uploader.status().failingSince, null);
    assert.equal(uploader.status().nextTryAt, null);
  });

  it('sends the same bytes under the same key again', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => unreachable;
    outbox.add(...summaries(3));
    uploader.start();
    await clock.advance(1000);
    outbox.add(...summaries(3, { from: 3 }));
    await clock.advance(30 * MINUTE_MS);
    assert.ok(sender.requests.length > 5);
    assert.equal(new Set(sender.requests.map(({ batch }) => `${batch.key} ${batch.body}`)).size, 1);
  });
});

describe('the tries of an uploader that does not get through', () => {
  it('waits at least as long as the receiver asks, also when there are new summaries', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ random: () => 0 });
    sender.answer = ({ at }) => (at === 0 ? busyFor(90_000) : { kind: 'accepted' });
    outbox.add(...summaries(1));
    uploader.start();
    for (let s = 0; s < 100; s += 1) {
      uploader.wake('summary');
      await clock.advance(1000);
    }
    assert.deepEqual(sender.times, [0, 90_000]);
  });

  it('does not loop tightly when every wait is drawn as zero', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ random: () => 0 });
    sender.answer = () => unreachable;
    outbox.add(...summaries(1), anAlert());
    uploader.start();
    await clock.advance(10_000);
    assert.ok(sender.requests.length <= 21, `${sender.requests.length} requests in 10 s`);
  });

  it('a storm of alerts makes at most one try every five seconds', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => unreachable;
    uploader.start();
    for (let n = 0; n < 600; n += 1) {
      outbox.add(anAlert(n));
      uploader.wake('alert');
      await clock.advance(100);
    }
    assert.ok(sender.requests.length <= 6 + MINUTE_MS / 5000, `${sender.requests.length} requests in a minute`);
  });
});
