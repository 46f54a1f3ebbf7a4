import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readFileSync, rmSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { aRange, aRow, newFile, rowsOf, WINDOW_MS } from '../store/a-store.ts';
import { eventually } from '../support/eventually.ts';
import { report } from './figures.ts';
import { hasStrace } from './tools.ts';

const CLOSING = { now: 1e9, device: 'pi', units: {}, upstream: true };
const BESIDE = ['', '-wal', '-rows'];

/** Every fsync of this process fails, for as long as the work takes. fdatasync does not: the log of rows has its own. */
async function whileSyncsFail(t: TestContext, work: () => void): Promise<void> {
  const inject = ['-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO'];
  const strace = spawn('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, '-p', String(process.pid)]);
  t.after(() => strace.kill('SIGKILL'));
  const fails = () => {
    const descriptor = openSync(import.meta.filename, 'r');
    try {
      fsyncSync(descriptor);
      return false;
    } catch {
      return true;
    } finally {
      closeSync(descriptor);
    }
  };
  await eventually(async () => fails(), 10_000);
  work();
  strace.kill('SIGINT');
  await once(strace, 'exit');
  assert.equal(fails(), false);
}

/** Which life of SQLite's log it is: a new one begins only when all of the one before is in the database, and synced. */
const lifeOf = (log: string) => readFileSync(log).subarray(16, 24).toString('hex');

test('a checkpoint that cannot be synced, and a power cut later, lose nothing that was acknowledged', async (t) => {
  if (!hasStrace(t)) return;
  const file = newFile(t);
  const card = newFile(t);
  const open = (path: string) => {
    const database = openDatabase(path);
    t.after(() => database.close());
    return { database, operations: storeOperations(database, WINDOW_MS) };
  };
  const toCard = (suffix: string) => copyFileSync(file + suffix, card + suffix);

  const { database, operations } = open(file);
  const instants = [0, 1000, 2000, 3000, 4000, 5000];
  for (const at of instants) operations.commit({ rows: [aRow({ at })], again: false });
  for (const suffix of BESIDE) toCard(suffix);
  await whileSyncsFail(t, () => {
    assert.throws(() => operations.closeWindows(CLOSING), { code: 'SQLITE_IOERR_FSYNC' });
    database.close(); // as the thread lets go of a connection that failed
  });
  assert.ok(existsSync(`${file}-wal`), 'what was not synced is there to be read');
  const next = open(file).operations;
  for (const at of [6000, 7000]) next.commit({ rows: [aRow({ at })], again: false });

  // Behind frames that were never synced nothing of SQLite's log is on the card; what is in the log of rows is.
  if (lifeOf(`${file}-wal`) !== lifeOf(`${card}-wal`)) for (const suffix of ['', '-wal']) toCard(suffix);
  rmSync(`${card}-shm`, { force: true });
  toCard('-rows');
  const seen = rowsOf(open(card).operations.history(aRange())).map(({ timestamp }) => Date.parse(timestamp ?? ''));
  assert.deepEqual(seen, [...instants, 6000, 7000]);
  report(t, {
    fault: 'fsync fails while rows go into the tables',
    how: 'strace lets every fsync fail with EIO, the connection is opened again, and the power is cut two commits later',
    seen: `0 of ${seen.length} acknowledged readings lost`,
  });
});
