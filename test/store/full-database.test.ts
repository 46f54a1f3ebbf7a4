import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Happenings } from '../../src/store/records.ts';
import { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { newFile, openTable, publishing, WINDOW_MS } from './a-store.ts';

const MAX_BYTES = 2 ** 19;
const LONG = 'because '.repeat(2000);

/** A store whose database has no page left, on a disk with plenty. */
async function aFullStore(t: TestContext) {
  const file = newFile(t);
  const maxBytes = MAX_BYTES;
  const store = await Store.open({
    ...{ file, maxBytes, commitEveryMs: 5000, windowMs: WINDOW_MS },
    ...{ clock: new FakeClock(), publishing },
  });
  t.after(() => store.close());
  // The limit is one of each connection.
  const { database } = openTable(t, file);
  database.exec(`CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(${MAX_BYTES}))`);
  const makeRoom = () => void database.exec('DELETE FROM filler');
  const change = { output: 'pump', at: 0, run: 0, before: false, after: true, level: null, rule: null };
  const happenings: Happenings = {
    changes: [{ ...change, by: 'api', why: LONG }],
    ...{ alerts: [], states: {}, publishing: publishing() },
  };
  const aRule = { id: 'hot', definition: JSON.stringify({ why: LONG }), ...{ at: 0, run: 0 } };
  return { store, makeRoom, aRule, record: () => store.ask('record', happenings) };
}

describe('a database that is full, on a disk that is not', () => {
  it('is told of until it takes rows again: what can be written beside it does not matter', async (t) => {
    const { store, makeRoom, record } = await aFullStore(t);
    await assert.rejects(record(), { code: 'SQLITE_FULL' });
    await store.probe(10_000);
    assert.deepEqual([store.health().status, store.health().lastError], ['failing', 'database or disk is full']);
    makeRoom();
    await store.probe(10_000); // nobody writes: it is well without a new start all the same
    assert.equal(store.health().status, 'ok');
  });

  it('is well with the first record that it takes', async (t) => {
    const { store, makeRoom, record } = await aFullStore(t);
    await assert.rejects(record(), { code: 'SQLITE_FULL' });
    makeRoom();
    await record();
    assert.equal(store.health().status, 'ok');
  });

  it('has room made for records, as for readings', async (t) => {
    const { store, makeRoom, record } = await aFullStore(t);
    store.whenFull(async () => makeRoom());
    assert.equal(await record(), 0);
    assert.equal(store.health().status, 'ok');
  });

  it('has room made for every kind of write: a rule can be taken away where one can be made', async (t) => {
    const { store, makeRoom, aRule } = await aFullStore(t);
    const { id, at, run } = aRule;
    const notes = () => store.ask('deleteRule', { id: LONG, at, run });
    await assert.rejects(notes(), { code: 'SQLITE_FULL' });
    store.whenFull(async () => makeRoom());
    await notes();
    await store.ask('putRule', aRule);
    await store.ask('deleteRule', { id, at, run });
    assert.equal(store.health().status, 'ok');
  });
});
