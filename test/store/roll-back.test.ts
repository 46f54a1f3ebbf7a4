import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import SQLite from 'better-sqlite3';
import { openDatabase } from '../../src/store/database.ts';
import { keptPath, type Migrated, newerPath } from '../../src/store/kept-database.ts';
import { NEWEST } from '../../src/store/migrations.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { forgetIfKnown, NothingKept, type Release, rollBack, startEmpty } from '../../src/store/roll-back.ts';
import { aRange, aRow, newFile, WINDOW_MS } from './a-store.ts';
import { unpackVersion } from './versions/unpack.ts';

/** The release that has tables of a version. */
const knows = (version: number): Release => ({
  isNewer: (database) => Number(database.pragma('user_version', { simple: true })) > version,
});

const BEFORE = NEWEST - 1;
const MB = 2 ** 20;

/** A database that was updated, and in which readings of a new sensor and of the old one have come since. */
function updated(t: TestContext, { maxBytes = Number.POSITIVE_INFINITY } = {}) {
  const file = newFile(t);
  unpackVersion(BEFORE, file);
  const migrated: Migrated[] = [];
  const database = openDatabase(file, maxBytes, (what) => migrated.push(what));
  const operations = storeOperations(database, WINDOW_MS);
  const from = Date.parse('2030-01-01T00:00:00.000Z');
  const rows = [0, 1000, 2000].map((after) => aRow({ name: 't', at: from + after }));
  operations.commit({ rows, again: false });
  operations.commit({ rows: [aRow({ name: 'new', at: from + 500 })], again: false });
  return { file, from, database, operations, migrated };
}

const versionIn = (path: string) => {
  const database = new SQLite(path, { readonly: true });
  try {
    return database.pragma('user_version', { simple: true });
  } finally {
    database.close();
  }
};

describe('going back to a release that does not know the tables', () => {
  it('uses the database of before the update, and says which readings that costs', (t) => {
    const { file, from, operations } = updated(t);
    operations.close({});
    const back = rollBack(file, knows(BEFORE));
    assert.deepEqual(back, {
      ...{ kept: keptPath(file, BEFORE), newer: newerPath(file) },
      ...{ readings: 4, from, to: from + 2000, items: 0 },
    });
    assert.equal(versionIn(file), BEFORE);
    assert.equal(versionIn(newerPath(file)), NEWEST);
    assert.ok(!existsSync(keptPath(file, BEFORE)));
    const again = openDatabase(file);
    assert.equal(again.prepare('SELECT count(*) FROM reading WHERE at >= ?').pluck().get(from), 0);
    again.close();
  });

  it('counts readings that only the log beside the database has, after a crash', (t) => {
    const { file, from, database } = updated(t);
    database.close(); // without the last checkpoint
    const back = rollBack(file, knows(BEFORE));
    assert.deepEqual([back?.readings, back?.from, back?.to], [4, from, from + 2000]);
    const again = openDatabase(file);
    t.after(() => again.close());
    const { history } = storeOperations(again, WINDOW_MS);
    const range = aRange({ sensor: 't', from });
    assert.equal(history(range).count, 0, 'rows of the newer one are not taken for its own');
  });

  it('changes nothing where the release knows the tables, or there is no database yet', (t) => {
    const { file, operations } = updated(t);
    operations.close({});
    const before = statSync(file).ino;
    assert.equal(rollBack(file, knows(NEWEST)), undefined);
    assert.equal(statSync(file).ino, before);
    assert.equal(rollBack(`${file}-of-nobody`, knows(1)), undefined);
  });

  it('refuses where nothing was kept, and starts with an empty database where it is told to', (t) => {
    const { file, operations } = updated(t);
    operations.close({});
    assert.throws(() => rollBack(file, knows(BEFORE - 1)), NothingKept);
    assert.equal(versionIn(file), NEWEST, 'nothing was changed');
    assert.equal(startEmpty(file), newerPath(file));
    assert.ok(!existsSync(file) && versionIn(newerPath(file)) === NEWEST);
  });

  it('that was cut short goes on where it was', (t) => {
    const { file, operations } = updated(t);
    operations.close({});
    const database = new SQLite(file);
    database.close();
    renameSync(keptPath(file, BEFORE), file); // and then the power went
    assert.equal(rollBack(file, knows(BEFORE)), undefined);
    assert.ok(!existsSync(`${keptPath(file, BEFORE)}-rows`));
    assert.equal(versionIn(file), BEFORE);
  });
});

describe('what is kept', () => {
  it('goes as soon as the release before knows the tables as well', (t) => {
    const { file, operations } = updated(t);
    operations.close({});
    assert.equal(forgetIfKnown(file, knows(BEFORE)), 0);
    rollBack(file, knows(BEFORE));
    openDatabase(file).close(); // forth again
    assert.ok(existsSync(keptPath(file, BEFORE)) && !existsSync(newerPath(file)), 'one at a time');
    assert.ok(forgetIfKnown(file, knows(NEWEST)) > 0);
    const left = readdirSync(dirname(file)).filter((name) => /\.(tables-|newer)/.test(name));
    assert.deepEqual(left, []);
  });

  it('is nothing where the disk has no room for it beside what the database may grow to', (t) => {
    const huge = updated(t, { maxBytes: 2 ** 42 });
    assert.equal(huge.migrated[0]?.kept, null);
    assert.match(huge.migrated[0]?.why ?? '', /^the disk has \d+ MB too little for it$/);
    assert.ok(!existsSync(keptPath(huge.file, BEFORE)));
    huge.operations.close({});
    const small = updated(t, { maxBytes: 64 * MB });
    assert.equal(small.migrated[0]?.kept, keptPath(small.file, BEFORE));
    small.operations.close({});
  });
});
