import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { aRow, openStore, openTable } from './a-store.ts';

const MOST = 100_000;
const next = { lane: 'summary', maxItems: 50, device: 'pi' } as const;

interface Item {
  kind: string;
  count: number;
  from: string;
  to: string;
  reason: string;
}

/** A store that could not write for longer than rows find room in memory: `readings` of `air`, a second apart. */
async function aLongFailure(t: TestContext, readings: number, run = 0) {
  const rig = await openStore(t);
  const { store, between } = rig;
  const { database } = openTable(t, rig.file);
  database.exec('ALTER TABLE reading RENAME TO gone');
  store.append([aRow({ at: 0, run })]);
  await store.flush();
  for (let at = 1; at < readings; at++) store.append([aRow({ at: at * 1000, run })]);
  database.exec('ALTER TABLE gone RENAME TO reading');
  const received = async () => {
    const closing = { now: 1e12, device: 'pi', units: {}, upstream: true };
    while ((await store.ask('closeWindows', closing)) > 0);
    const items: Item[] = [];
    for (let batch = await store.ask('nextBatch', next); batch !== null; batch = await store.ask('nextBatch', next)) {
      items.push(...JSON.parse(batch.body).items);
      await store.ask('acknowledge', { batch: batch.id });
    }
    const sum = (kind: string) => items.filter((i) => i.kind === kind).reduce((total, { count }) => total + count, 0);
    return { summaries: sum('summary'), gaps: items.filter(({ kind }) => kind === 'gap'), lost: sum('gap') };
  };
  return { ...rig, store, between, received };
}

describe('readings that found no room in memory while the disk failed', () => {
  it('are in a gap when the disk is back, with their times, so that every reading is accounted for', async (t) => {
    const { store, received } = await aLongFailure(t, MOST + 500);
    // Neither a state of an output nor a failed reading is a reading that was lost.
    store.append([aRow({ kind: 'output', name: 'led', at: 1, value: 1 })]);
    await store.flush();
    const { summaries, gaps, lost } = await received();
    assert.equal(summaries + lost, MOST + 500);
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0]?.reason, 'the disk of the device did not take them');
    const [{ from, to }] = gaps as [Item];
    assert.deepEqual([Date.parse(from), Date.parse(to)], [1000, lost * 1000]);
    assert.equal(store.health().droppedReadings, lost);
  });

  it('are counted once where the answer to the commit that counts them is lost', async (t) => {
    const { store, between, received, file } = await aLongFailure(t, MOST + 500);
    between.onCommit = (worker, deliver, commit) => {
      if (commit.again || commit.lost === undefined) return deliver();
      openTable(t, file).operations.commit(commit);
      void worker.terminate();
    };
    await store.flush();
    assert.equal(store.health().status, 'failing');
    await store.flush();
    const { summaries, lost } = await received();
    assert.ok(lost > 0);
    assert.equal(summaries + lost, MOST + 500);
  });

  it('are counted at their true time where they were taken before that was known', async (t) => {
    const { store, received } = await aLongFailure(t, MOST + 500, 1);
    const run = await store.ask('beginRun', { boot: 'boot', wall: 0, monotonic: 0, offset: 0 });
    assert.equal(run.id, 1);
    await store.ask('trustRun', { run: 1, offset: 7_200_000, limit: 1000 });
    await store.flush();
    const { gaps } = await received();
    assert.equal(Date.parse(gaps[0]?.from ?? ''), 7_201_000);
  });

  it('are not told before their true time is known, and are not forgotten by a new start until then', async (t) => {
    const { store, received, file } = await aLongFailure(t, MOST + 500, 1);
    await store.ask('beginRun', { boot: 'boot', wall: 0, monotonic: 0, offset: 0 });
    await store.flush();
    assert.deepEqual(await received(), { summaries: 0, gaps: [], lost: 0 });
    await store.close();

    const later = await openStore(t, file);
    await later.store.ask('trustRun', { run: 1, offset: 7_200_000, limit: 1000 });
    const closing = { now: 0, device: 'pi', units: {}, upstream: true };
    await later.store.ask('closeWindows', closing);
    await later.store.ask('closeWindows', closing);
    const { items } = JSON.parse((await later.store.ask('nextBatch', next))?.body ?? '{}');
    assert.equal(items.length, 1);
    assert.deepEqual([items[0].kind, items[0].from], ['gap', new Date(7_201_000).toISOString()]);
    assert.ok(items[0].count >= 500);
  });
});
