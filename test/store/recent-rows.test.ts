import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it, type TestContext } from 'node:test';
import { aRange, aRow, newFile, openTable } from './a-store.ts';

const CLOSING = { device: 'pi', units: {}, upstream: true };
const MINUTE_MS = 60_000;

/** A database that knows the sensor `air` already, with a reading at 0. */
function aDatabase(t: TestContext, file = newFile(t)) {
  const opened = openTable(t, file);
  if (opened.history(aRange()).length === 0) opened.insert([aRow({ at: 0 })]);
  const placed = () => opened.database.prepare<[], number>('SELECT at FROM reading ORDER BY at').pluck().all();
  const take = (...instants: number[]) => opened.insert(instants.map((at) => aRow({ at })));
  const seen = (changes = {}) => opened.history(aRange(changes)).map(({ at }) => at);
  /** As if the power were gone: nothing is closed in order. */
  const restart = () => {
    opened.database.close();
    return aDatabase(t, file);
  };
  return { ...opened, file, placed, take, seen, restart };
}

describe('readings that were just committed', () => {
  it('are not in the table yet, and are seen all the same, in either order and over the border', (t) => {
    const { take, placed, seen } = aDatabase(t);
    take(1000, 2000);
    take(3000);
    assert.deepEqual(placed(), [0]);
    assert.deepEqual(seen(), [0, 1000, 2000, 3000]);
    assert.deepEqual(seen({ order: 'desc' }), [3000, 2000, 1000, 0]);
    assert.deepEqual(seen({ limit: 2 }), [0, 1000]);
    assert.deepEqual(seen({ order: 'desc', limit: 2 }), [3000, 2000]);
    assert.deepEqual(seen({ from: 1000, to: 3000 }), [1000, 2000]);
  });

  it('are there after a power cut, once, and in the table with the first commit behind it', (t) => {
    const device = aDatabase(t);
    device.take(1000, 2000);
    const next = device.restart();
    assert.deepEqual([next.seen(), next.placed()], [[0, 1000, 2000], [0]]);
    next.take(3000); // that the others can be read does not say that they are on the card
    assert.deepEqual(next.placed(), [0, 1000, 2000, 3000]);
    next.take(4000);
    assert.deepEqual(
      [next.seen(), next.placed()],
      [
        [0, 1000, 2000, 3000, 4000],
        [0, 1000, 2000, 3000],
      ],
    );
    assert.deepEqual(next.restart().seen(), [0, 1000, 2000, 3000, 4000]);
  });

  it('are in the table when a window is closed, and counted in its summary', (t) => {
    const { take, placed, seen, operations } = aDatabase(t);
    take(1000, 2000);
    operations.closeWindows({ now: 10 * MINUTE_MS, ...CLOSING });
    assert.deepEqual(placed(), [0, 1000, 2000]);
    assert.deepEqual(seen(), [0, 1000, 2000]);
    const batch = operations.nextBatch({ lane: 'summary', maxItems: 9, device: 'pi' });
    assert.deepEqual(
      JSON.parse(batch?.body ?? '{}').items.map((item: { count: number }) => item.count),
      [3],
    );
  });

  it('are in the table after an orderly end', (t) => {
    const device = aDatabase(t);
    device.take(1000);
    device.operations.close({});
    assert.equal(existsSync(`${device.file}-rows`), false);
    assert.deepEqual(aDatabase(t, device.file).placed(), [0, 1000]);
  });

  it('do not come back when they have had to make room there', (t) => {
    const device = aDatabase(t);
    device.take(1000, 2000);
    device.operations.closeWindows({ now: 10 * MINUTE_MS, ...CLOSING });
    device.database.exec('DELETE FROM reading WHERE at = 1000');
    assert.deepEqual(device.restart().seen(), [0, 2000]);
  });

  it('give way to one that is older, which goes to its place', (t) => {
    const { take, placed, seen } = aDatabase(t);
    take(1000, 3000);
    take(2000);
    assert.deepEqual(placed(), [0, 1000, 2000, 3000]);
    take(3000);
    take(4000);
    assert.deepEqual(seen(), [0, 1000, 2000, 3000, 3001, 4000]);
  });

  it('are told from those of a batch that is tried again', (t) => {
    const { operations, take, seen } = aDatabase(t);
    take(1000, 2000);
    operations.commit({ rows: [aRow({ at: 1000 }), aRow({ at: 2000 })], again: true });
    assert.deepEqual(seen(), [0, 1000, 2000]);
    operations.commit({ rows: [aRow({ at: 2000, value: 21 })], again: true });
    assert.deepEqual(seen(), [0, 1000, 2000, 2001]);
  });

  it('move on in time when they have become many', (t) => {
    const { take, placed, seen } = aDatabase(t);
    for (let at = 1; at <= 300; at++) take(at);
    assert.ok(placed().length > 200);
    assert.equal(seen().length, 301);
  });

  it('are rows of the table at once where the log cannot be written', (t) => {
    const { take, placed, seen, file, restart } = aDatabase(t);
    take(1000);
    rmSync(`${file}-rows`);
    mkdirSync(`${file}-rows`);
    take(2000);
    assert.deepEqual(placed(), [0, 1000, 2000]);
    rmSync(`${file}-rows`, { recursive: true });
    take(3000);
    assert.deepEqual(
      [placed(), seen()],
      [
        [0, 1000, 2000],
        [0, 1000, 2000, 3000],
      ],
    );
    assert.deepEqual(restart().seen(), [0, 1000, 2000, 3000]);
  });

  it('wait while the table does not take them, and are lost to nobody', (t) => {
    const device = aDatabase(t);
    device.take(1000);
    device.database.exec("CREATE TRIGGER full BEFORE INSERT ON reading BEGIN SELECT RAISE(ABORT, 'full'); END");
    assert.throws(() => device.operations.closeWindows({ now: 10 * MINUTE_MS, ...CLOSING }), /full/);
    assert.throws(() => device.take(500), /full/);
    // What of it is on the card nobody knows: a row in the log might belong to a generation that is in the table already.
    assert.throws(() => device.take(2000), /full/);
    assert.deepEqual(device.seen(), [0, 1000]);
    device.database.exec('DROP TRIGGER full');
    device.take(2000);
    assert.deepEqual(device.placed(), [0, 1000, 2000]);
    device.take(3000);
    const next = device.restart();
    assert.deepEqual(next.seen(), [0, 1000, 2000, 3000]);
    next.operations.closeWindows({ now: 10 * MINUTE_MS, ...CLOSING });
    assert.deepEqual(next.placed(), [0, 1000, 2000, 3000]);
  });

  it('do not keep older windows from being closed where the table has no room for them', (t) => {
    const { database, operations, insert, seen, placed } = aDatabase(t);
    const from = 20 * MINUTE_MS;
    insert(Array.from({ length: 1000 }, (_, second) => aRow({ at: from + second * 10 })));
    assert.deepEqual(placed(), [0]);
    database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`);
    const counts = () => {
      const batch = operations.nextBatch({ lane: 'summary', maxItems: 9, device: 'pi' });
      if (batch !== null) operations.acknowledge({ batch: batch.id });
      return JSON.parse(batch?.body ?? '{"items":[]}').items.map(({ count }: { count: number }) => count);
    };
    assert.equal(operations.closeWindows({ now: 3 * from, ...CLOSING }), 1);
    assert.throws(() => operations.closeWindows({ now: 3 * from, ...CLOSING }), { code: 'SQLITE_FULL' }, 'it is told');
    assert.deepEqual([counts(), placed()], [[1], [0]]);
    database.pragma('max_page_count = 1000000');
    assert.equal(operations.closeWindows({ now: 3 * from, ...CLOSING }), 1);
    assert.deepEqual([counts(), seen().length], [[1000], 1001]);
  });

  it('of a batch that was cut short are stored once when it is tried again', (t) => {
    const device = aDatabase(t);
    const rows = Array.from({ length: 400 }, (_, n) => aRow({ at: 1000 + n * 1000, value: n / 10 }));
    const write = fs.writeSync;
    t.mock.method(fs, 'writeSync', (descriptor: number, bytes: Buffer, offset: number, _length: number, at: number) =>
      write(descriptor, bytes, offset, 4096, at),
    );
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    device.database.exec("CREATE TRIGGER fault BEFORE UPDATE ON row_log BEGIN SELECT RAISE(ABORT, 'fault'); END");
    assert.throws(() => device.insert(rows), /fault/);
    device.database.exec('DROP TRIGGER fault');
    const next = device.restart();
    next.operations.commit({ rows, again: true });
    assert.deepEqual(next.seen(), [0, ...rows.map(({ at }) => at)]);
  });
});
