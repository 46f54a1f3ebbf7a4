import assert from 'node:assert/strict';
import fs, { statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { aDevice, countOf, DAY_MS } from './a-small-device.ts';
import { newFile, WINDOW_MS } from './a-store.ts';

const MB = 2 ** 20;

/** From now on every file system has this much room for others than root. */
function leaveFree(t: TestContext, bytes: number): void {
  t.mock.method(fs, 'statfsSync', () => ({ bsize: 4096, bavail: bytes / 4096 }));
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

it('the room of a database is its limit, or what it has and what is free where that is less', (t) => {
  const file = newFile(t);
  const database = openDatabase(file);
  t.after(() => database.close());
  const { room } = storeOperations(database, WINDOW_MS, 512 * MB);
  leaveFree(t, 4096 * MB);
  assert.equal(room({}), 512 * MB);
  leaveFree(t, 3 * MB);
  assert.equal(room({}), statSync(file).size + statSync(`${file}-wal`).size + 3 * MB);
});

it('room is made also where the disk has less than the limit, and of what is there no more than the usual share', (t) => {
  leaveFree(t, 4096 * MB);
  const device = aDevice(t, 512 * MB);
  device.live(20 * DAY_MS, Number.POSITIVE_INFINITY);
  const pages = (name: string) => device.database.pragma(name, { simple: true }) as number;
  const used = () => pages('page_count') - pages('freelist_count');
  const before = used();
  assert.ok(before > 0.95 * pages('page_count'), 'nothing was dropped while there was room');
  leaveFree(t, 0);
  device.retain(Number.POSITIVE_INFINITY);
  assert.ok(used() <= 0.8 * before && used() > 0.75 * before, `${used()} of ${before} pages`);
  const left = used();
  device.retain(Number.POSITIVE_INFINITY);
  assert.equal(used(), left, 'no more goes while nothing comes');
  device.live(20 * DAY_MS, Number.POSITIVE_INFINITY);
  assert.ok(pages('page_count') <= before * 1.1, `${pages('page_count')} pages, ${before} before`);
  device.closeAll();
  const items = device.send();
  assert.equal(countOf(items, 'summary') + countOf(items, 'gap'), device.taken);
});
