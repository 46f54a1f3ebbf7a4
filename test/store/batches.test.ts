import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRow, openStore, rowsOf } from './a-store.ts';

describe('a batch of readings', () => {
  it('is one commit for all rows that came before it', async (t) => {
    const { store, clock, between, stored } = await openStore(t);
    const { commits } = between;
    for (let at = 1; at <= 4; at++) store.append([aRow({ at, value: at })]);
    await clock.advance(5000);
    assert.deepEqual(
      commits.map(({ rows }) => rows.length),
      [4],
    );
    assert.deepEqual(await stored(), [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  it('is sent before its oldest row waits longer than it may', async (t) => {
    const { store, clock, between } = await openStore(t);
    const { commits } = between;
    store.append([aRow({ at: 1 })]);
    await clock.advance(4999);
    store.append([aRow({ at: 2 })]);
    assert.equal(commits.length, 0);
    await clock.advance(1);
    assert.equal(commits.length, 1);

    await store.flush();
    store.append([aRow({ at: 3 })]);
    await clock.advance(4999);
    assert.equal(commits.length, 1);
    await clock.advance(1);
    assert.equal(commits.length, 2);
    await store.flush();
    assert.equal(clock.waiting, 0, 'nothing to write: no timer');
  });

  it('is sent at the end of a round when the last one is old enough', async (t) => {
    const { store, clock, between } = await openStore(t);
    const { commits } = between;
    const round = (at: number) => {
      store.append([aRow({ at })]);
      store.settle();
    };
    round(1);
    assert.equal(commits.length, 1, 'the first round at once');
    await store.flush();
    await clock.advance(4999);
    round(2);
    assert.equal(commits.length, 1);
    await clock.advance(1);
    round(3);
    assert.deepEqual(
      commits.map(({ rows }) => rows.map(({ at }) => at)),
      [[1], [2, 3]],
    );
  });
});

describe('a batch with nothing in it, or behind another one', () => {
  it('is not sent when there is nothing in it', async (t) => {
    const { store, clock, between } = await openStore(t);
    const { commits } = between;
    store.settle();
    await store.flush();
    await clock.advance(60_000);
    assert.equal(commits.length, 0);
  });

  it('waits for the one before it: there are never two on the way', async (t) => {
    const { store, clock, between, stored } = await openStore(t);
    between.hold();
    store.append([aRow({ at: 1 })]);
    await clock.advance(5000);
    store.append([aRow({ at: 2 })]);
    await clock.advance(60_000);
    assert.equal(between.commits.length, 1);
    assert.equal(store.health().pendingRows, 2);
    between.release();
    await store.flush();
    assert.equal((await stored()).length, 2);
  });

  it('that waits too long loses its oldest rows, and they are counted', async (t) => {
    const { store, clock, between, stored } = await openStore(t);
    between.hold();
    store.append([aRow({ at: 0 })]);
    await clock.advance(5000);
    for (let at = 1; at <= 100_007; at++) store.append([aRow({ at })]);
    assert.deepEqual([store.health().pendingRows, store.health().droppedRows], [100_001, 7]); // with the one on its way
    between.release();
    await store.flush();
    const rows = await stored();
    assert.deepEqual([rows.length, rows[0]?.[0], rows[1]?.[0], rows.at(-1)?.[0]], [100_001, 0, 8, 100_007]);
  });
});

describe('the last batch', () => {
  it('is written when the store closes, and is there when it opens again', async (t) => {
    const first = await openStore(t);
    first.store.append([aRow({ at: 1, value: null, quality: 'failed', simulated: true })]);
    await first.store.close();
    assert.equal(first.clock.waiting, 0);
    const second = await openStore(t, first.file);
    const page = await second.store.ask('history', { sensor: 'air', from: 0, to: 9, order: 'asc', limit: 9 });
    assert.deepEqual(rowsOf(page), [
      { timestamp: '1970-01-01T00:00:00.001Z', value: null, quality: 'failed', simulated: true },
    ]);
  });
});

it('the health of a store that works', async (t) => {
  const { store, clock } = await openStore(t);
  assert.equal(store.health().lastCommitAt, null);
  assert.ok((store.health().sizeBytes ?? 0) > 0);
  store.append([aRow()]);
  assert.equal(store.health().pendingRows, 1);
  await store.flush();
  const { sizeBytes, usedBytes, ...health } = store.health();
  assert.deepEqual(health, {
    status: 'ok',
    lastError: null,
    pendingRows: 0,
    droppedRows: 0,
    lastCommitAt: clock.now(),
    maxBytes: 512 * 2 ** 20,
    droppedReadings: 0,
    droppedUntold: 0,
    recovered: null,
  });
  assert.equal((sizeBytes ?? 1) % 4096, 0);
  assert.ok((usedBytes ?? 0) > 0 && (usedBytes ?? 0) <= (sizeBytes ?? 0));
});
