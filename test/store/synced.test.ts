import assert from 'node:assert/strict';
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { RowLog } from '../../src/store/row-log.ts';
import { takePlace } from '../../src/store/set-aside.ts';
import { aRow, newFile } from './a-store.ts';

/** From now on what is written, synced and renamed is noted, with the path that it belongs to. */
function noteSyncs(t: TestContext): string[] {
  const done: string[] = [];
  const { openSync, renameSync } = fs;
  const paths = new Map<number, string>();
  t.mock.method(fs, 'openSync', (...args: Parameters<typeof openSync>) => {
    const descriptor = openSync(...args);
    paths.set(descriptor, String(args[0]));
    return descriptor;
  });
  for (const call of ['writeSync', 'fdatasyncSync', 'fsyncSync'] as const) {
    const real = fs[call] as (...args: unknown[]) => unknown;
    t.mock.method(fs, call, (descriptor: number, ...rest: unknown[]) => {
      done.push(`${call} ${paths.get(descriptor)}`);
      return real(descriptor, ...rest);
    });
  }
  t.mock.method(fs, 'renameSync', (from: string, to: string) => {
    done.push(`renameSync ${to}`);
    renameSync(from, to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return done;
}

describe('on the card, and not only on its way there,', () => {
  it('are the rows of a log with every append', (t) => {
    const file = newFile(t);
    const log = new RowLog(file, 10);
    log.begin(1);
    log.append([aRow()]);
    const done = noteSyncs(t);
    for (const at of [1, 2]) {
      done.length = 0;
      assert.equal(log.append([aRow({ at })]), true);
      assert.deepEqual(done, [`writeSync ${file}-rows`, `fdatasyncSync ${file}-rows`]);
    }
  });

  it('is the name of a log that is made, before its first rows count as stored', (t) => {
    const file = newFile(t);
    const log = new RowLog(file, 10);
    log.begin(1);
    const done = noteSyncs(t);
    assert.equal(log.append([aRow()]), true);
    assert.ok(done.includes(`fsyncSync ${dirname(file)}`), done.join());
  });

  it('is the place that a new database takes behind a recovery', (t) => {
    const file = newFile(t);
    for (const path of [file, `${file}.new`]) writeFileSync(path, 'a database');
    const done = noteSyncs(t);
    takePlace(file, 0);
    assert.deepEqual(done.slice(-2), [`renameSync ${file}`, `fsyncSync ${dirname(file)}`]);
  });
});
