import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { summaries } from './items.ts';
import { accepted, anUploader, refused } from './running-uploader.ts';

/** Sends summaries of which some are refused, and then two that are taken: what is refused last has a proof only with them. */
async function deliver(count: number, poisoned: readonly number[], maxBatch = 50) {
  const { uploader, outbox, sender, clock, lines } = anUploader({ maxBatch });
  const items = summaries(count + 2);
  const bad = new Set(poisoned.filter((n) => n < count).map((n) => items[n]?.id));
  sender.answer = ({ ids }) => (ids.some((id) => bad.has(id)) ? refused : accepted);
  outbox.add(...items.slice(0, count));
  uploader.start();
  await clock.advance(count * 20 * 500);
  for (const good of items.slice(count)) {
    outbox.add(good);
    uploader.wake('summary');
    await clock.advance(count * 20 * 500);
  }
  return { uploader, outbox, sender, lines, items, bad };
}

it('one poisoned item of fifty is set aside alone, at the price of a few small requests', async () => {
  for (const n of [0, 17, 24, 25, 49]) {
    const { outbox, sender, items } = await deliver(50, [n]);
    assert.deepEqual(
      outbox.setAsideItems.map(({ item, reason }) => [item.id, reason]),
      [[items[n]?.id, 'this is nonsense']],
    );
    assert.deepEqual(outbox.acknowledged, items.toSpliced(n, 1), 'the rest arrives, in order');
    const alone = sender.requests.filter(({ ids }) => ids.length === 1 && ids[0] === items[n]?.id).length;
    if (n < 49)
      assert.deepEqual([alone, sender.requests.length <= 18], [3, true], `${sender.requests.length} requests`);
  }
});

it('whatever is poisoned: exactly that is set aside, and all the rest arrives', async () => {
  const cases = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    poisoned: fc.array(fc.nat({ max: 39 }), { maxLength: 8 }),
    maxBatch: fc.integer({ min: 1, max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ count, poisoned, maxBatch }) => {
      const { outbox, items, bad } = await deliver(count, poisoned, maxBatch);
      assert.deepEqual(new Set(outbox.acknowledged), new Set(items.filter(({ id }) => !bad.has(id))));
      assert.deepEqual(
        new Set(outbox.setAsideItems.map(({ item }) => item)),
        new Set(items.filter(({ id }) => bad.has(id))),
      );
      assert.equal(outbox.size, 0);
    }),
    { numRuns: 30 },
  );
});

it('a refusal is shown, and is no reason to wait', async () => {
  const { uploader, lines } = await deliver(3, [1]);
  const { state, lastError, failingSince } = uploader.status();
  assert.equal(state, 'idle');
  assert.equal(failingSince, null);
  assert.equal(lastError?.why, 'this is nonsense');
  assert.deepEqual(lines, []);
});
