import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import SQLite, { type Database } from 'better-sqlite3';
import { assertDurable, databaseSize, isOlder, openDatabase } from '../../src/store/database.ts';
import { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aRow, newFile, openTable, publishing } from './a-store.ts';

const pragma = (database: Database, name: string) => database.pragma(name, { simple: true });

/** The message with which the store refuses to open a file. */
async function refusalOf(file: string): Promise<string> {
  try {
    const store = await Store.open({
      file,
      commitEveryMs: 5000,
      windowMs: 300_000,
      clock: new FakeClock(),
      publishing,
    });
    await store.close();
  } catch (error) {
    assert.equal((error as Error).name, 'StartError');
    return (error as Error).message;
  }
  return 'not refused';
}

describe('an open database', () => {
  it('has a commit on the card when it returns: a write-ahead log, synchronised in full', (t) => {
    const { database } = openTable(t);
    assert.deepEqual([pragma(database, 'journal_mode'), pragma(database, 'synchronous')], ['wal', 2]);
    assert.equal(pragma(database, 'foreign_keys'), 1);
  });

  it('is refused in every weaker setting', (t) => {
    const { database } = openTable(t);
    assertDurable(database);
    for (const weaker of ['NORMAL', 'OFF']) {
      database.pragma(`synchronous = ${weaker}`);
      assert.throws(() => assertDurable(database), /does not take synchronous=FULL/);
    }
    database.pragma('synchronous = FULL');
    database.pragma('journal_mode = DELETE');
    assert.throws(() => assertDurable(database), /cannot use a write-ahead log here \(it uses delete\)/);
  });

  it('grows with its rows, page by page', (t) => {
    const { database, insert } = openTable(t);
    const empty = databaseSize(database);
    insert(Array.from({ length: 1000 }, (_, at) => aRow({ at })));
    assert.ok(databaseSize(database) > empty);
  });
});

describe('a file that is not ours to use', () => {
  it('is refused in one sentence when it was written by a newer version', async (t) => {
    const file = newFile(t);
    const { database } = openTable(t, file);
    database.pragma('user_version = 99');
    const refusal = await refusalOf(file);
    assert.match(refusal, /^The database was written by a newer version of this program \(tables 99, known \d+\)\./);
    assert.ok(!refusal.includes('\n'));
  });

  it('is refused in one sentence when it is a folder, or in none', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'edge.db'));
    assert.match(await refusalOf(join(folder, 'edge.db')), /^Cannot use the database .*edge\.db: .*\.$/);
    assert.match(await refusalOf(join(folder, 'missing', 'edge.db')), /^Cannot use the database .*\.$/);
  });

  it('is refused and left whole when it holds tables of somebody else', async (t) => {
    const file = newFile(t);
    const other = new SQLite(file);
    other.exec('CREATE TABLE reading (mine TEXT)');
    assert.match(await refusalOf(file), /^Cannot use the database .*already exists\.$/);
    const tables = other.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    other.close();
    assert.deepEqual(tables, ['reading'], 'a step is made whole or not at all');
  });
});

describe('the tables', () => {
  it('are made once: a second opening changes nothing', (t) => {
    const file = newFile(t);
    const { database, insert } = openTable(t, file);
    insert([aRow()]);
    const version = pragma(database, 'user_version');
    const again = openDatabase(file);
    assert.equal(pragma(again, 'user_version'), version);
    assert.equal(again.prepare('SELECT count(*) FROM reading').pluck().get(), 1);
    again.close();
  });
});

it('a version is older by its first part that differs', () => {
  assert.equal(isOlder([3, 51, 2], [3, 51, 3]), true);
  assert.equal(isOlder([3, 51, 3], [3, 51, 3]), false);
  assert.equal(isOlder([3, 52], [3, 51, 3]), false);
  assert.equal(isOlder([3, 51], [3, 51, 3]), true);
  assert.equal(isOlder([2, 99, 9], [3, 51, 3]), true);
  assert.equal(isOlder([3, 9, 0], [3, 51, 3]), true);
});
