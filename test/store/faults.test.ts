import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoredRow } from '../../src/store/protocol.ts';
import { aRow, openStore, openTable } from './a-store.ts';

/** A store whose table can be taken away, as a broken disk would. */
async function aBreakableStore(t: Parameters<typeof openStore>[0]) {
  const rig = await openStore(t);
  const { database } = openTable(t, rig.file);
  return {
    ...rig,
    breakDisk: () => database.exec('ALTER TABLE reading RENAME TO gone'),
    mendDisk: () => database.exec('ALTER TABLE gone RENAME TO reading'),
  };
}

describe('a batch that fails', () => {
  it('is tried again at the pace of commits, before the rows behind it, and then all is well', async (t) => {
    const { store, clock, between, stored, breakDisk, mendDisk } = await aBreakableStore(t);
    const { commits } = between;
    breakDisk();
    store.append([aRow({ at: 1 })]);
    await store.flush();
    const { status, lastError, pendingRows, lastCommitAt } = store.health();
    assert.deepEqual([status, pendingRows, lastCommitAt], ['failing', 1, null]);
    assert.match(lastError ?? '', /no such table/);

    await clock.advance(5000);
    assert.equal(commits.length, 2, 'by itself');
    store.append([aRow({ at: 2 })]);
    await clock.advance(5000);
    await store.flush();
    assert.ok(commits.slice(1).every(({ rows, again }) => again && rows[0]?.at === 1));
    assert.equal(store.health().pendingRows, 2);

    mendDisk();
    await clock.advance(5000);
    await store.flush();
    assert.deepEqual(await stored(), [
      [1, 20],
      [2, 20],
    ]);
    assert.deepEqual([store.health().status, store.health().pendingRows], ['ok', 0]);
  });

  it('is not tried more often than commits are made', async (t) => {
    const { store, clock, between, breakDisk } = await aBreakableStore(t);
    const { commits } = between;
    breakDisk();
    for (let second = 0; second < 20; second++) {
      store.append([aRow({ at: second })]);
      store.settle();
      await store.ask('history', { sensor: 'air', from: 0, to: 1, order: 'asc', limit: 1 }).catch(() => {});
      await clock.advance(1000);
    }
    assert.ok(commits.length <= 5, `${commits.length} tries in 20 s`);
  });

  it('leaves nothing behind: all of its rows or none, and the next one starts afresh', (t) => {
    const { insert, series } = openTable(t);
    const broken = aRow({ at: 2, value: 'hot' as unknown as number });
    assert.throws(() => insert([aRow({ at: 1 }), aRow({ name: 'soil' }), broken]));
    assert.deepEqual(
      series.ofKind('sensor').map(({ name }) => name),
      [],
    );
    insert([aRow({ at: 1 }), aRow({ name: 'soil' })]);
    assert.deepEqual(
      series.ofKind('sensor').map(({ name }) => name),
      ['air', 'soil'],
    );
  });
});

/** What was on disk before, and the batch whose thread dies. */
interface Fate {
  before?: StoredRow[];
  batch: StoredRow[];
  expected: [at: number, value: number][];
}

const FATES: Record<string, Fate> = {
  'a batch like any other': {
    batch: [aRow({ at: 1, value: 1 }), aRow({ at: 2, value: 2 })],
    expected: [
      [1, 1],
      [2, 2],
    ],
  },
  'a batch whose instant was there before with another value': {
    before: [aRow({ at: 5, value: 1 })],
    batch: [aRow({ at: 5, value: 2 })],
    expected: [
      [5, 1],
      [6, 2],
    ],
  },
  'a batch whose last row looks like one from before': {
    before: [aRow({ kind: 'output', name: 'led', at: 5, value: 0 })],
    batch: [aRow({ at: 5, value: 2 }), aRow({ kind: 'output', name: 'led', at: 5, value: 0 })],
    expected: [[5, 2]],
  },
};

describe('a thread that dies', () => {
  for (const [what, { before = [], batch, expected }] of Object.entries(FATES)) {
    for (const moment of ['before', 'after'] as const) {
      it(`${moment} the commit neither loses nor doubles a row: ${what}`, async (t) => {
        const { store, stored, between, file } = await openStore(t);
        store.append(before);
        await store.flush();
        between.onCommit = (worker, deliver, { rows, again }) => {
          if (again) return deliver();
          // The thread's last deed, done here, because its answer must not get through.
          if (moment === 'after') openTable(t, file).insert(rows);
          void worker.terminate();
        };
        store.append(batch);
        await store.flush();
        assert.deepEqual([store.health().status, store.health().pendingRows], ['failing', batch.length]);
        await store.flush();
        assert.deepEqual([store.health().status, store.health().pendingRows], ['ok', 0]);
        assert.deepEqual(await stored(), expected);
      });
    }
  }

  it('fails what it was asked, and the next question goes to a new one', async (t) => {
    const { store, stored, between } = await openStore(t);
    store.append([aRow()]);
    await store.flush();
    between.onHistory = (worker) => void worker.terminate();
    await assert.rejects(stored(), { name: 'StoreError', code: 'WORKER_GONE' });
    between.release();
    assert.deepEqual(await stored(), [[1000, 20]]);
  });

  it('does not keep the store from closing', async (t) => {
    const { store, stored, between } = await openStore(t);
    between.onHistory = (worker) => void worker.terminate();
    await assert.rejects(stored());
    await store.close();
  });
});
