import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item } from '../support/receiver.ts';
import { anAlert, summaries } from './items.ts';
import { accepted, anUploader, busyFor, hanging, unreachable } from './running-uploader.ts';

const MINUTE_MS = 60_000;
const alerts = (count: number): Item[] => Array.from({ length: count }, (_, n) => anAlert(n));

describe('an alert', () => {
  it('overtakes a summary request that hangs', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = ({ batch }) => (batch.lane === 'summary' ? hanging : accepted);
    outbox.add(...summaries(1));
    uploader.start();
    await clock.advance(1000);
    outbox.add(anAlert());
    uploader.wake('alert');
    await clock.advance(0);
    assert.deepEqual(outbox.acknowledged, [anAlert()]);
  });

  it('is tried at once while the summaries back off, or wait as long as the receiver asked', async () => {
    for (const outcome of [unreachable, busyFor(600_000)]) {
      const { uploader, outbox, sender, clock } = anUploader();
      sender.answer = ({ batch }) => (batch.lane === 'summary' ? outcome : accepted);
      outbox.add(...summaries(1));
      uploader.start();
      await clock.advance(9 * MINUTE_MS);
      outbox.add(anAlert());
      uploader.wake('alert');
      await clock.advance(0);
      assert.equal(sender.requests.at(-1)?.at, 9 * MINUTE_MS);
      assert.equal(sender.requests.at(-1)?.batch.lane, 'alert');
    }
  });

  it('is tried at once while its own lane backs off, and not when the receiver asked that lane to wait', async () => {
    for (const [outcome, delayMs] of [
      [unreachable, 0],
      [busyFor(600_000), 540_000],
    ] as const) {
      const { uploader, outbox, sender, clock } = anUploader({ random: () => 0.999 });
      sender.answer = () => outcome;
      outbox.add(anAlert(1));
      uploader.start();
      await clock.advance(MINUTE_MS);
      const before = sender.requests.length;
      outbox.add(anAlert(2));
      uploader.wake('alert');
      await clock.advance(Math.max(0, delayMs - 1));
      assert.equal(sender.requests.length, before + (delayMs === 0 ? 1 : 0));
    }
  });

  it('is tried again at once when a request of its lane that hung while it came in fails', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    const lost = Promise.withResolvers<typeof unreachable>();
    sender.answer = ({ at }) => (at === 0 ? lost.promise : accepted);
    outbox.add(anAlert(1));
    uploader.start();
    await clock.advance(10_000);
    outbox.add(anAlert(2));
    uploader.wake('alert');
    lost.resolve(unreachable);
    await clock.advance(500);
    assert.equal(outbox.size, 0);
  });
});

describe('the first success', () => {
  it('of a new alert brings the backlog along at once', async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => unreachable;
    outbox.add(...summaries(144));
    uploader.start();
    await clock.advance(720 * MINUTE_MS);
    sender.answer = () => accepted;
    outbox.add(anAlert());
    uploader.wake('alert');
    await clock.advance(1500);
    assert.equal(outbox.size, 0);
    assert.equal(outbox.acknowledged[0]?.kind, 'alert');
  });

  it('of the summaries brings waiting alerts along, and these go first from then on', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 10 });
    sender.answer = () => unreachable;
    outbox.add(...summaries(60), ...alerts(60));
    uploader.start();
    await clock.advance(100 * MINUTE_MS);
    sender.answer = () => accepted;
    await clock.advance(6 * MINUTE_MS);
    assert.equal(outbox.size, 0);
    const lanes = sender.requests.slice(-12).map(({ batch }) => batch.lane);
    assert.ok(lanes.lastIndexOf('alert') <= 6, `all alerts, before more than one batch of summaries: ${lanes}`);
  });

  it('does not bring a lane along again and again that goes on failing', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 1 });
    sender.answer = ({ batch }) => (batch.lane === 'summary' ? unreachable : accepted);
    outbox.add(...summaries(1), ...alerts(100));
    uploader.start();
    await clock.advance(MINUTE_MS);
    const tries = sender.requests.filter(({ batch }) => batch.lane === 'summary');
    assert.ok(tries.length <= 6 + MINUTE_MS / 5000, `${tries.length} tries in a minute`);
  });
});

describe('both lanes together', () => {
  it('never begin more than two requests in a second, whatever is answered', async () => {
    for (const outcome of [accepted, unreachable, busyFor(0)]) {
      const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 1, random: () => 0 });
      sender.answer = () => outcome;
      outbox.add(...summaries(100), ...alerts(100));
      uploader.start();
      await clock.advance(MINUTE_MS);
      const gaps = sender.times.slice(1).map((at, n) => at - (sender.times[n] ?? 0));
      assert.ok(sender.requests.length > 20);
      assert.ok(Math.min(...gaps) >= 500, `${Math.min(...gaps)} ms between two requests`);
    }
  });

  it('never have more than one request each in flight', async () => {
    const { uploader, outbox, sender, clock } = anUploader({ maxBatch: 1 });
    const inFlight = { alert: 0, summary: 0 };
    let most = 0;
    sender.answer = async ({ batch: { lane } }) => {
      most = Math.max(most, ++inFlight[lane]);
      await new Promise<void>((resolve) => clock.after(1700, resolve));
      inFlight[lane] -= 1;
      return accepted;
    };
    outbox.add(...summaries(20), ...alerts(20));
    uploader.start();
    for (let n = 0; n < 100; n += 1) {
      uploader.wake(n % 2 ? 'alert' : 'summary');
      void uploader.tick();
      void uploader.flush();
      await clock.advance(700);
    }
    assert.equal(outbox.size, 0);
    assert.equal(most, 1);
  });
});
