import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../../src/uplink/outcome.ts';
import { anAlert, summaries } from './items.ts';
import { accepted, anUploader, busyFor, cutOff, type Request, refused, unreachable } from './running-uploader.ts';
import { seeded } from './seeded.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An uploader whose alerts and summaries wait from the start on. */
function waiting(answer: (request: Request) => Outcome, seed = 1) {
  const built = anUploader({ maxBatch: 10, random: seeded(seed) });
  built.sender.answer = answer;
  built.outbox.add(...summaries(60), ...Array.from({ length: 25 }, (_, n) => anAlert(n)));
  built.uploader.start();
  const lanesFrom = (at: number) => built.sender.requests.filter((one) => one.at >= at).map(({ batch }) => batch.lane);
  return { ...built, lanesFrom };
}

describe('alerts that wait for the network', () => {
  it('are all there before the first summary, whenever it comes back', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      let isBack = false;
      const { clock, outbox, lanesFrom, uploader } = waiting(() => (isBack ? accepted : cutOff), seed);
      // New windows close meanwhile: the lane of the summaries has reasons of its own to try.
      for (let minute = 0; minute < 5 + seed; minute++) {
        await clock.advance(MINUTE_MS + 777);
        outbox.add(...summaries(1, { from: 100 + minute }));
        uploader.wake('summary');
      }
      isBack = true;
      const backAt = clock.monotonic();
      await clock.advance(6 * MINUTE_MS);
      assert.equal(outbox.size, 0);
      assert.deepEqual(lanesFrom(backAt).slice(0, 4), ['alert', 'alert', 'alert', 'summary'], `seed ${seed}`);
    }
  });

  it('are tried at least as often as both lanes would try', async () => {
    const { clock, sender } = waiting(() => cutOff);
    await clock.advance(HOUR_MS);
    assert.ok(sender.requests.every(({ batch }) => batch.lane === 'alert'));
    const waits = sender.times.slice(1).map((at, n) => at - (sender.times[n] ?? 0));
    assert.ok(Math.max(...waits) <= 5 * MINUTE_MS);
  });

  it('have the first try after an answer that is none, and the summaries the next one', async () => {
    const { clock, lanesFrom } = waiting(() => unreachable);
    await clock.advance(10 * MINUTE_MS);
    const lanes = lanesFrom(MINUTE_MS);
    assert.ok(lanes.includes('summary'));
    for (const [index, lane] of lanes.entries()) if (lane === 'summary') assert.equal(lanes[index - 1], 'alert');
  });
});

describe('summaries flow', () => {
  const flows: Record<string, Outcome> = {
    'that the receiver refuses': refused,
    'that the receiver asks to wait with': busyFor(HOUR_MS),
    'whose content it never answers': unreachable,
  };
  for (const [what, outcome] of Object.entries(flows)) {
    it(`behind alerts ${what}, also after an outage`, async () => {
      let isBack = false;
      const toAlerts = ({ batch }: Request) => (batch.lane === 'alert' ? outcome : accepted);
      const { clock, outbox } = waiting((request) => (isBack ? toAlerts(request) : cutOff));
      await clock.advance(10 * MINUTE_MS);
      assert.equal(outbox.acknowledged.length, 0);
      isBack = true;
      await clock.advance(6 * MINUTE_MS);
      assert.equal(outbox.acknowledged.filter(({ kind }) => kind === 'summary').length, 60);
    });
  }

  it('behind alerts that the store does not give, after an outage', async () => {
    let isBack = false;
    const { clock, outbox } = waiting(() => (isBack ? accepted : cutOff));
    await clock.advance(10 * MINUTE_MS);
    const { next } = outbox;
    outbox.next = (lane, most) =>
      lane === 'alert' ? Promise.reject(new Error('a broken page')) : next.call(outbox, lane, most);
    isBack = true;
    await clock.advance(12 * MINUTE_MS);
    assert.equal(outbox.acknowledged.length, 60);
  });
});
