import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAlert, aSummary, summaries } from './items.ts';
import { anUploader, unreachable } from './running-uploader.ts';

const GATHER_MS = 600_000;
const WINDOW_MS = 300_000;

/** An uploader that lets summaries gather, and a new window every five minutes. */
function aGathering(gatherMs = GATHER_MS) {
  const built = anUploader({ gatherMs });
  const { uploader, outbox, clock } = built;
  let windows = 0;
  const closeWindow = () => {
    outbox.add(aSummary('air', windows++));
    uploader.wake('summary');
  };
  const live = async (count: number) => {
    for (let n = 0; n < count; n++) {
      closeWindow();
      await clock.advance(WINDOW_MS);
    }
  };
  return { ...built, live, closeWindow };
}

describe('summaries that gather', () => {
  it('share requests, and each leaves once', async () => {
    const { uploader, outbox, sender, clock, live } = aGathering();
    uploader.start();
    await live(13);
    assert.deepEqual(
      sender.requests.map(({ at, batch }) => [at / WINDOW_MS, batch.items]),
      [
        [0, 1],
        [2, 1], // just before the third window is there
        ...[4, 6, 8, 10, 12].map((at) => [at, 2]),
      ],
    );
    await clock.advance(GATHER_MS);
    assert.equal(outbox.size, 0);
  });

  it('leave at once where nothing is to gather', async () => {
    const { uploader, sender, live } = aGathering(0);
    uploader.start();
    await live(4);
    assert.deepEqual(
      sender.times.map((at) => at / WINDOW_MS),
      [0, 1, 2, 3],
    );
  });

  it('hold no alert up', async () => {
    const { uploader, outbox, sender, clock, live } = aGathering();
    uploader.start();
    await live(1);
    outbox.add(anAlert());
    uploader.wake('alert');
    await clock.advance(0);
    assert.deepEqual(sender.times, [0, WINDOW_MS]);
  });

  it('do not wait when somebody asks for them', async () => {
    const { uploader, outbox, clock, live, closeWindow } = aGathering();
    uploader.start();
    await live(1);
    closeWindow();
    await clock.advance(1000);
    assert.equal(outbox.size, 1);
    await uploader.flush();
    assert.equal(outbox.size, 0);
  });

  it('of an outage go one request after the other, and gather only behind the last one', async () => {
    const { uploader, outbox, sender, clock } = aGathering();
    outbox.add(...summaries(120));
    sender.answer = ({ at }) => (at < WINDOW_MS ? unreachable : { kind: 'accepted' });
    uploader.start();
    await clock.advance(2 * WINDOW_MS);
    assert.equal(outbox.size, 0);
    const through = sender.times.filter((at) => at >= WINDOW_MS);
    assert.equal(Number(through.at(-1)) - Number(through[0]), 1000);
  });
});
