import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { recover } from '../../src/store/opening.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { salvage } from '../../src/store/salvage.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aRow, newFile, WINDOW_MS } from './a-store.ts';

const BEGIN = Date.parse('2026-11-23T10:00:00Z');
const MINUTE_MS = 60_000;
const closing = { now: BEGIN * 2, device: 'pi', units: {}, upstream: true };

/** A database, and what becomes of it. */
function aDatabase(t: TestContext) {
  const file = newFile(t);
  const database = openDatabase(file);
  t.after(() => database.close());
  database.pragma('synchronous = OFF');
  return { file, database, operations: storeOperations(database, WINDOW_MS) };
}

/** A reading a minute. */
const minutes = (count: number, from: number, run = 0) =>
  Array.from({ length: count }, (_, minute) => aRow({ at: from + minute * MINUTE_MS, run }));

/** Readings that arrive in summaries, and those that are told as lost. */
function accountOf(operations: ReturnType<typeof storeOperations>) {
  while (operations.closeWindows(closing) > 0);
  const account = { summary: 0, gap: 0 };
  for (;;) {
    const batch = operations.nextBatch({ lane: 'summary', maxItems: 500, device: 'pi' });
    if (batch === null) return account;
    for (const { kind, count } of JSON.parse(batch.body).items) account[kind as 'summary' | 'gap'] += count;
    operations.acknowledge({ batch: batch.id });
  }
}

it('a salvage brings rows and losses that wait for their true time, however old, and they move there', (t) => {
  const { file, database, operations } = aDatabase(t);
  const run = operations.beginRun({ boot: 'a', wall: 0, monotonic: 0 });
  const readings = [{ sensor: 'air', run: run.id, from: 0, to: 1000, count: 5 }];
  const lost = { readings, publishing: { device: 'pi', upstream: true, now: 0 } };
  operations.commit({ rows: minutes(3000, 0, run.id), again: false, lost });
  database.close();
  const { database: next, recovery } = recover({ file, maxBytes: 2 ** 29 }, 'a test');
  t.after(() => next.close());
  assert.equal(recovery.readings, 3000);
  const saved = storeOperations(next, WINDOW_MS);
  while (saved.trustRun({ run: run.id, offset: BEGIN, limit: 1000 }) > 0);
  assert.deepEqual(accountOf(saved), { summary: 3000, gap: 5 });
});

it('a salvage brings the rows of windows that were never closed; a late row of a closed one is in a gap', (t) => {
  const { file, database, operations } = aDatabase(t);
  operations.commit({ rows: minutes(60, BEGIN), again: false });
  assert.deepEqual(accountOf(operations), { summary: 60, gap: 0 });
  operations.commit({ rows: minutes(3000, BEGIN + HOUR_MS), again: false });
  operations.commit({ rows: [aRow({ at: BEGIN + 1000 })], again: false }); // late, in a window that was sent
  database.close();
  const { database: next, recovery } = recover({ file, maxBytes: 2 ** 29 }, 'a test');
  t.after(() => next.close());
  assert.equal(recovery.readings, 3000);
  assert.deepEqual(accountOf(storeOperations(next, WINDOW_MS)), { summary: 3000, gap: 1 });
});

for (const [what, spoil] of [
  ['', ''],
  [', also where nobody knows any more which of them they are', 'DROP TABLE row_log'],
] as const) {
  it(`a salvage loses no row that waits beside the database, and counts it once${what}`, (t) => {
    const { file, database, operations } = aDatabase(t);
    operations.commit({ rows: minutes(60, BEGIN), again: false });
    accountOf(operations);
    operations.commit({ rows: minutes(30, BEGIN + HOUR_MS), again: false });
    assert.equal(database.prepare('SELECT count(*) FROM reading').pluck().get(), 60, 'they wait beside it');
    database.exec(spoil);
    database.close();
    const { database: next } = recover({ file, maxBytes: 2 ** 29 }, 'a test');
    t.after(() => next.close());
    assert.deepEqual(accountOf(storeOperations(next, WINDOW_MS)), { summary: 30, gap: 0 });
  });
}

it('a salvage without the time for all summaries sends no window twice: of one open among them it tells a gap', (t) => {
  const { database, operations } = aDatabase(t);
  operations.commit({ rows: minutes(600, BEGIN), again: false });
  accountOf(operations);
  operations.commit({ rows: minutes(60, BEGIN - HOUR_MS), again: false }); // never closed, before those that were sent
  const into = aDatabase(t);
  let summaries = 0;
  const walk = into.database.prepare.bind(into.database);
  into.database.prepare = ((sql: string) => {
    if (/INTO summary /.test(sql)) summaries += 1;
    return walk(sql);
  }) as typeof walk;
  // Those of the last hour come over, the others do not.
  salvage(database, into.database, { now: 0, mayGoOn: () => summaries < 2 });
  assert.deepEqual(accountOf(into.operations), { summary: 0, gap: 60 });
  into.operations.commit({ rows: [aRow({ at: BEGIN + HOUR_MS + 1000 })], again: false });
  assert.deepEqual(accountOf(into.operations), { summary: 0, gap: 1 }, 'late, in a window that was sent');
});

it('a salvage without the time for all summaries sends what waits in the log as usual', (t) => {
  const { file, database, operations } = aDatabase(t);
  operations.commit({ rows: minutes(600, BEGIN), again: false });
  accountOf(operations);
  operations.commit({ rows: minutes(5, BEGIN + 10 * HOUR_MS), again: false });
  const into = aDatabase(t);
  let looks = 0;
  salvage(database, into.database, { now: BEGIN + 12 * HOUR_MS, mayGoOn: () => looks++ < 150 });
  assert.ok(looks > 150, 'not all of it came over');
  copyFileSync(`${file}-rows`, `${into.file}-rows`);
  assert.deepEqual(accountOf(storeOperations(into.database, WINDOW_MS)), { summary: 5, gap: 0 });
});
