import assert from 'node:assert/strict';
import fs, { statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
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
