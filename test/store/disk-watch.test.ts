import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { DiskWatch } from '../../src/store/disk-watch.ts';
import type { Argument, Operation, Result } from '../../src/store/protocol.ts';
import { Store } from '../../src/store/store.ts';
import { StoreError, WorkerClient } from '../../src/store/worker-client.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aRow, newFile, openStore, publishing, WINDOW_MS } from './a-store.ts';

/** A watch over a disk that a test breaks; it counts what the watch itself writes. */
function aWatch() {
  const disk = { now: 0, broken: false, full: false, written: 0 };
  const worker = {
    async ask<O extends Operation>(_operation: O, argument: Argument<O>): Promise<Result<O>> {
      const { write } = argument as Argument<'probe'>;
      if (write === 'nothing') return undefined as Result<O>;
      disk.written += 1;
      if (disk.broken || (disk.full && write === 'row'))
        throw new StoreError({ message: 'EIO', code: 'EIO', refused: false });
      return undefined as Result<O>;
    },
  };
  const watch = new DiskWatch({ commitEveryMs: 5000, worker, clock: { monotonic: () => disk.now } });
  /** A look every four seconds; readings are written at their interval. */
  const live = async (seconds: number, intervalS: number, apartMs = intervalS * 1000) => {
    for (const end = disk.now + seconds * 1000; disk.now < end; disk.now += 1000) {
      if (disk.now % (intervalS * 1000) === 0) watch.writes();
      if (disk.now % 4000 === 3000) await watch.look(apartMs);
    }
  };
  return { disk, watch, live };
}

describe('the watch over a disk', () => {
  it('writes nothing of its own where readings show in time whether it takes them', async () => {
    const { disk, live } = aWatch();
    await live(3600, 10);
    assert.equal(disk.written, 0);
  });

  it('writes every eight seconds at most where they come seldom, and sees a fault within ten', async () => {
    const { disk, live, watch } = aWatch();
    await live(3600, 3600);
    assert.ok(disk.written <= 450, `${disk.written} writes in an hour`);
    disk.broken = true;
    await live(10, 3600);
    assert.equal(watch.fault, 'EIO');
  });

  it('sees a fault within ten seconds where no reading ever comes, as without sensors', async () => {
    const { disk, watch } = aWatch();
    const look = async () => {
      disk.now += 4000;
      await watch.look(5000);
    };
    for (let looks = 0; looks < 900; looks++) await look();
    assert.ok(disk.written > 0 && disk.written <= 450, `${disk.written} writes in an hour`);
    disk.broken = true;
    await look();
    await look();
    assert.equal(watch.fault, 'EIO');
  });

  it('believes in a disk that failed only when it was written to again', async () => {
    const { disk, watch } = aWatch();
    watch.writes();
    watch.failed(new StoreError({ message: 'disk I/O error', code: 'SQLITE_IOERR_WRITE', refused: false }));
    disk.broken = true;
    await watch.look(1e9);
    assert.equal(watch.fault, 'EIO');
    disk.broken = false;
    await watch.look(1e9);
    assert.equal(watch.fault, null);
  });

  it('believes in a database that failed only when that was written to, not a block beside it', async () => {
    const { disk, watch } = aWatch();
    watch.failed(new StoreError({ message: 'full', code: 'SQLITE_FULL', refused: false }));
    disk.full = true;
    await watch.look(1e9);
    assert.notEqual(watch.fault, null);
    watch.took({ inDatabase: false });
    assert.notEqual(watch.fault, null, 'the log beside it took rows');
    disk.full = false;
    await watch.look(1e9);
    assert.equal(watch.fault, null);
  });

  it('hears of faults of the disk and of no others', () => {
    const { watch } = aWatch();
    watch.failed(new StoreError({ message: 'no such table', code: 'SQLITE_ERROR', refused: false }));
    assert.equal(watch.fault, null);
    for (const code of ['SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_IOERR_FSYNC', 'SQLITE_CANTOPEN']) {
      watch.took({ inDatabase: true });
      watch.failed(new StoreError({ message: code, code, refused: false }));
      assert.equal(watch.fault, code);
    }
  });
});

it('the health of a store tells of any question that the disk failed, until a look writes well', async (t) => {
  const { store } = await openStore(t);
  const ask = t.mock.method(WorkerClient.prototype, 'ask', async () => {
    throw new StoreError({ message: 'disk I/O error', code: 'SQLITE_IOERR_FSYNC', refused: false });
  });
  await assert.rejects(store.ask('publishAlerts', publishing()));
  ask.mock.restore();
  assert.deepEqual([store.health().status, store.health().lastError], ['failing', 'disk I/O error']);
  await store.probe(1e9);
  assert.equal(store.health().status, 'ok');
});

describe('a store whose disk begins to fail', () => {
  /** What the store asked its thread to write in order to look, in a minute. */
  async function looksOf(t: TestContext, { collectS, commitS }: { collectS: number; commitS: number }) {
    const clock = new FakeClock();
    const file = newFile(t);
    const store = await Store.open({ file, commitEveryMs: commitS * 1000, windowMs: WINDOW_MS, clock, publishing });
    t.after(() => store.close());
    let written = 0;
    const { ask } = WorkerClient.prototype;
    t.mock.method(WorkerClient.prototype, 'ask', function (this: WorkerClient, ...asked: Parameters<typeof ask>) {
      if (asked[0] === 'probe' && (asked[1] as Argument<'probe'>).write !== 'nothing') written += 1;
      return ask.apply(this, asked);
    });
    for (let second = 0; second < 60; second++) {
      if (second % collectS === 0) {
        store.append([aRow({ at: second * 1000 })]);
        store.settle();
        await store.ask('outboxState', {}); // the thread serves in order: the commit is answered
        await settled();
      }
      if (second % 4 === 3) await store.probe(collectS * 1000);
      await clock.advance(1000);
    }
    return written;
  }

  it('looks by writing where readings come seldom', async (t) => {
    const written = await looksOf(t, { collectS: 60, commitS: 5 });
    assert.ok(written >= 6 && written <= 8, `${written} writes in a minute`);
  });

  it('does not where each round is committed within the time', async (t) => {
    assert.equal(await looksOf(t, { collectS: 5, commitS: 7 }), 0);
    assert.equal(await looksOf(t, { collectS: 10, commitS: 5 }), 0);
  });

  it('does not where readings come often and may wait longer than that, to spare the card', async (t) => {
    assert.equal(await looksOf(t, { collectS: 1, commitS: 30 }), 0);
    assert.equal(await looksOf(t, { collectS: 10, commitS: 60 }), 0);
  });

  it('looks by writing where rounds and commits together take longer than that', async (t) => {
    assert.ok((await looksOf(t, { collectS: 6, commitS: 10 })) > 0);
  });
});
