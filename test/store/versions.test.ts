import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import SQLite, { type Database } from 'better-sqlite3';
import { openDatabase } from '../../src/store/database.ts';
import { keptPath, type Migrated } from '../../src/store/kept-database.ts';
import { NEWEST } from '../../src/store/migrations.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { RowLog } from '../../src/store/row-log.ts';
import { newFile, publishing, WINDOW_MS } from './a-store.ts';
import { folderOf, unpackVersion } from './versions/unpack.ts';

/**
 * What a server of each version had on the card when it was killed, after half a minute with two sensors, an output, rules
 * and a receiver that was away. A folder is made by `node test/store/versions/make.ts` and never changed.
 */
const versions = Array.from({ length: NEWEST }, (_, index) => index + 1);

function unpack(t: TestContext, version: number): string {
  const file = newFile(t);
  unpackVersion(version, file);
  return file;
}

/** Rows of each table. */
function contents(database: Database): Record<string, number> {
  const count = (table: string) => database.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
  return Object.fromEntries(tablesOf(database).map((table) => [table, count(table)]));
}

const tablesOf = (database: Database) =>
  database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();

/** What SQLite knows of tables and indexes, in the words of no particular step. */
function form(database: Database) {
  const columns = (table: string) => database.pragma(`table_info("${table}")`);
  const indexes = database.prepare("SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' ORDER BY name").all();
  return { columns: Object.fromEntries(tablesOf(database).map((table) => [table, columns(table)])), indexes };
}

function openAs(file: string) {
  const migrated: Migrated[] = [];
  const database = openDatabase(file, undefined, (what) => migrated.push(what));
  return { database, migrated };
}

it('there is a database of every version of the tables, also of the newest', () => {
  assert.deepEqual(
    versions.filter((version) => !existsSync(join(folderOf(version), 'edge.db.gz'))),
    [],
    'make it with: node test/store/versions/make.ts',
  );
});

describe('a database with tables of version', () => {
  for (const version of versions) {
    it(`${version} opens with everything that was in it, and goes on`, (t) => {
      const file = unpack(t, version);
      const before = new SQLite(file);
      assert.equal(before.pragma('user_version', { simple: true }), version);
      const had = contents(before);
      const logged = version < 8 ? 0 : rowsInLog(file, before);
      before.close();
      assert.ok((had.reading ?? 0) > 10 && (version < 2 || (had.outbox ?? 0) > 0) && (version < 4 || had.alert === 1));

      const { database, migrated } = openAs(file);
      t.after(() => database.close());
      const operations = storeOperations(database, WINDOW_MS);
      operations.commit({ rows: [], again: false });
      const has = contents(database);
      for (const [table, rows] of Object.entries(had)) assert.equal(has[table], rows, table);
      assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
      assert.deepEqual(database.pragma('foreign_key_check'), []);
      const fresh = openDatabase(newFile(t));
      assert.deepEqual(form(database), form(fresh), 'the tables are those of a new database');
      fresh.close();

      const page = operations.history({
        sensor: 't',
        from: 0,
        to: Number.MAX_SAFE_INTEGER,
        order: 'asc',
        limit: 10_000,
      });
      assert.ok(page.count > 10);
      const newest = Date.parse(JSON.parse(page.json).at(-1).timestamp);
      const row = { kind: 'sensor', name: 't', value: 20, quality: 'good', simulated: true, run: 0 } as const;
      operations.commit({ rows: [{ ...row, at: newest + 1000 }], again: false });
      operations.closeWindows({ ...publishing(), now: newest + 10 * WINDOW_MS, units: { t: '°C' } });
      assert.ok((operations.nextBatch({ lane: 'summary', maxItems: 50, device: 'pi' })?.items ?? 0) > 0);

      if (version === NEWEST) return assert.deepEqual(migrated, []);
      assert.deepEqual(migrated, [{ from: version, to: NEWEST, kept: keptPath(file, version) }]);
      const kept = new SQLite(keptPath(file, version));
      t.after(() => kept.close());
      assert.equal(kept.pragma('user_version', { simple: true }), version);
      assert.deepEqual(contents(kept), had);
      assert.equal(version < 8 ? 0 : rowsInLog(keptPath(file, version), kept), logged);
    });
  }
});

function rowsInLog(file: string, database: Database): number {
  const generation = database.prepare<[], number>('SELECT generation FROM row_log').pluck().get() ?? null;
  return new RowLog(file, 0).recover(generation)?.rows.length ?? 0;
}
