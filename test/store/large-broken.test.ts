import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { recover } from '../../src/store/opening.ts';
import { salvage } from '../../src/store/salvage.ts';
import { newFile, WINDOW_MS } from './a-store.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const START_LIMIT_MS = 10_000;
const ITEMS = 20_000;

/** A card's worth of history, made by SQLite itself: items that wait, summaries, and raw rows a second apart. */
function aLargeFile(t: TestContext, { summaries, readings }: { summaries: number; readings: number }): string {
  const file = newFile(t);
  const database = openDatabase(file);
  database.pragma('synchronous = OFF');
  const rows = (most: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${most - 1})`;
  database.exec(`
    INSERT INTO series (id, kind, name) VALUES (1, 'sensor', 'air');
    INSERT INTO rule (id, definition, changed_at) VALUES ('hot', '{}', 0);
    ${rows(ITEMS)} INSERT INTO outbox (lane, item_id, item, series, start, size, readings, made_at)
      SELECT 'summary', 'pi/air/' || i, json_object('id', 'pi/air/' || i, 'sensor', 'air', 'note', hex(zeroblob(150))),
      1, ${NOW} - i * ${WINDOW_MS}, ${WINDOW_MS}, 30, 0 FROM n;
    ${rows(summaries)} INSERT INTO summary (series, start, size, revision, count, mean, m2, min, max, first, last)
      SELECT 1, ${NOW} - (i + 1) * ${WINDOW_MS}, ${WINDOW_MS}, 0, 30, 20.5, 1.5, 20, 21, 0, 0 FROM n;
    ${rows(readings)} INSERT INTO reading (series, at, value, quality, simulated)
      SELECT 1, ${NOW} - i * 1000, 20.123456 + i, 0, 0 FROM n;`);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return file;
}

/** Overwrites old readings. */
function damage(file: string): void {
  const database = openDatabase(file);
  const pages = database
    .prepare<[], number>(
      "SELECT pageno FROM dbstat WHERE name = 'reading' AND pagetype = 'leaf' ORDER BY path LIMIT 20",
    )
    .pluck()
    .all();
  database.close();
  const descriptor = openSync(file, 'r+');
  for (const page of pages) writeSync(descriptor, new Uint8Array(4096).fill(0xff), 0, 4096, (page - 1) * 4096);
  closeSync(descriptor);
}

const countIn = (database: ReturnType<typeof openDatabase>, table: string) =>
  database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;

describe('a large database that is broken', () => {
  it('costs a start no more than it may take, and no item: 100 MB', (t) => {
    const file = aLargeFile(t, { summaries: 700_000, readings: 1_000_000 });
    assert.ok(statSync(file).size > 80 * 2 ** 20, `${statSync(file).size} bytes`);
    damage(file);
    const begin = performance.now();
    const { database, recovery } = recover({ file, maxBytes: 2 ** 30 }, 'a test');
    t.after(() => database.close());
    assert.ok(performance.now() - begin < START_LIMIT_MS);
    assert.equal(recovery.items, ITEMS);
    assert.ok(recovery.readings >= 3600, `${recovery.readings} readings`);
  });

  it('gives back what nobody else has before the rest, however little time there is, and commits as it goes', (t) => {
    const file = aLargeFile(t, { summaries: 20_000, readings: 10_000 });
    const [from, into] = [openDatabase(file), openDatabase(newFile(t))];
    t.after(() => [from, into].map((database) => database.close()));
    let left = ITEMS + 4000 + 8000;
    let inOneTransaction = 0;
    let most = 0;
    let before = 0;
    // Each item of the outbox also changes the row that counts what waits: that is no row of its own.
    const written = into.prepare<[], number>('SELECT total_changes() - (SELECT count(*) FROM outbox)').pluck();
    const mayGoOn = () => {
      inOneTransaction = into.inTransaction ? (written.get() ?? 0) - before : 0;
      most = Math.max(most, inOneTransaction);
      left -= 1;
      return left > 0;
    };
    const exec = into.exec.bind(into);
    into.exec = (sql) => {
      before = written.get() ?? 0;
      return exec(sql);
    };
    const { items, readings } = salvage(from, into, { now: NOW, mayGoOn });
    assert.equal(items, ITEMS);
    assert.equal(countIn(into, 'rule'), 1);
    assert.ok(readings >= 3600);
    const summaries = countIn(into, 'summary');
    assert.ok(summaries > 24 && summaries < 20_000, `${summaries} summaries`);
    assert.ok(most <= 1000, `${most} rows in one transaction`);
    const forgotten = into.prepare<[], number>('SELECT forgotten_until FROM series').pluck().get() ?? 0;
    assert.ok(forgotten > NOW - 2 * WINDOW_MS, 'a window that may have been sent is not taken for a new one');
  });
});
