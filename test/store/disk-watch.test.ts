import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DiskWatch } from '../../src/store/disk-watch.ts';
import type { Argument, Operation, Result } from '../../src/store/protocol.ts';
import { StoreError, WorkerClient } from '../../src/store/worker-client.ts';
import { openStore, publishing } from './a-store.ts';

/** A watch over a disk that a test breaks; it counts what the watch itself writes. */
function aWatch() {
  const disk = { now: 0, broken: false, written: 0 };
  const worker = {
    async ask<O extends Operation>(_operation: O, argument: Argument<O>): Promise<Result<O>> {
      if (!(argument as Argument<'probe'>).write) return undefined as Result<O>;
      disk.written += 1;
      if (disk.broken) throw new StoreError({ message: 'EIO', code: 'EIO', refused: false });
      return undefined as Result<O>;
    },
  };
  const watch = new DiskWatch({ worker, clock: { monotonic: () => disk.now } });
  /** A look every four seconds; readings are written at their interval. */
  const live = async (seconds: number, intervalS: number, quietMs: number) => {
    for (const end = disk.now + seconds * 1000; disk.now < end; disk.now += 1000) {
      if (disk.now % (intervalS * 1000) === 0) watch.writes();
      if (disk.now % 4000 === 3000) await watch.look(quietMs);
    }
  };
  return { disk, watch, live };
}

describe('the watch over a disk', () => {
  it('writes nothing of its own where readings show in time whether it takes them', async () => {
    const { disk, live } = aWatch();
    await live(3600, 10, 14_000);
    assert.equal(disk.written, 0);
  });

  it('writes every eight seconds at most where they come seldom, and sees a fault within ten', async () => {
    const { disk, live, watch } = aWatch();
    await live(3600, 3600, 5000);
    assert.ok(disk.written <= 450, `${disk.written} writes in an hour`);
    disk.broken = true;
    await live(10, 3600, 5000);
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

  it('hears of faults of the disk and of no others', () => {
    const { watch } = aWatch();
    watch.failed(new StoreError({ message: 'no such table', code: 'SQLITE_ERROR', refused: false }));
    assert.equal(watch.fault, null);
    for (const code of ['SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_IOERR_FSYNC', 'SQLITE_CANTOPEN']) {
      watch.fault = null;
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
