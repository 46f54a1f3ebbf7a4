import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Recovery } from '../../src/store/protocol.ts';
import { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aRange, aRow, newFile, openTable, publishing, rowsOf, WINDOW_MS } from './a-store.ts';

const closing = { device: 'pi', units: {}, upstream: true };
const next = { lane: 'summary', maxItems: 10, device: 'pi' } as const;

/** A store, and what it says about databases that were broken. */
async function open(t: TestContext, file: string) {
  const recoveries: Recovery[] = [];
  const clock = new FakeClock();
  const onRecovered = (recovery: Recovery) => void recoveries.push(recovery);
  const store = await Store.open({ file, commitEveryMs: 5000, windowMs: WINDOW_MS, clock, publishing, onRecovered });
  t.after(() => store.close());
  return { store, clock, recoveries };
}

/** A database with a reading a second for some hours, every window closed but the last, and one batch that was tried already. */
async function aFilledFile(t: TestContext, hours = 6) {
  const file = newFile(t);
  const { store } = await open(t, file);
  const seconds = hours * 3600;
  for (let from = 0; from < seconds; from += 50_000) {
    const length = Math.min(50_000, seconds - from);
    store.append(Array.from({ length }, (_, index) => aRow({ at: (from + index) * 1000, value: index % 100 })));
    await store.flush();
  }
  while ((await store.ask('closeWindows', { now: seconds * 1000, ...closing })) > 0);
  const batch = await store.ask('nextBatch', next);
  const { items } = await store.ask('outboxState', {});
  await store.close();
  return { file, batch, items, newest: (seconds - 1) * 1000 };
}

/** Overwrites some bytes of a file, as a dying card does. */
function damage(file: string, from: number, bytes: Uint8Array): void {
  const content = readFileSync(file);
  content.set(bytes, Math.min(from, content.length - bytes.length));
  writeFileSync(file, content);
}

const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 89) % 256);
const setAsides = (file: string) => readdirSync(dirname(file)).filter((name) => name.includes('.broken-'));

describe('a database that is broken at the start', () => {
  const broken: Record<string, (file: string) => void> = {
    'is no database at all': (file) => writeFileSync(file, 'Dear diary, '.repeat(1000)),
    'has lost its head': (file) => damage(file, 0, noise(4096)),
    'is cut off in the middle': (file) => truncateSync(file, 100_000),
    'is empty': (file) => truncateSync(file, 0),
  };
  for (const [what, breakIt] of Object.entries(broken)) {
    it(`is set aside when it ${what}, and the store works`, async (t) => {
      const { file } = await aFilledFile(t);
      breakIt(file);
      const content = readFileSync(file);
      const { store, recoveries } = await open(t, file);
      assert.equal(recoveries.length, 1);
      assert.deepEqual(store.health().recovered, recoveries[0]);
      assert.deepEqual(readFileSync(recoveries[0]?.file ?? ''), content, 'the broken file is left as it was');
      store.append([aRow({ at: 1 })]);
      await store.flush();
      assert.equal(store.health().status, 'ok');
    });
  }

  it('gives back every item of pages that can be read, in the batch that was tried before', async (t) => {
    const { file, batch, items, newest } = await aFilledFile(t);
    const { database } = openTable(t, file);
    const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'reading'").pluck().get() as number;
    database.close();
    damage(file, (page - 1) * 4096, noise(4096));

    const { store, recoveries } = await open(t, file);
    assert.equal(recoveries[0]?.items, items);
    assert.deepEqual(await store.ask('nextBatch', next), batch, 'byte for byte');
    store.append([aRow({ at: newest + 1000 })]);
    await store.flush();
    assert.equal(store.health().status, 'ok');
  });

  it('keeps the raw rows of its last hour, and counts them once', async (t) => {
    const { file, items, newest } = await aFilledFile(t);
    const { database } = openTable(t, file);
    // A page in the middle of old readings: the first leaf of the tree.
    const page = database
      .prepare("SELECT pageno FROM dbstat WHERE name = 'reading' AND pagetype = 'leaf' ORDER BY path LIMIT 1")
      .pluck()
      .get() as number;
    database.close();
    damage(file, (page - 1) * 4096, noise(4096));

    const { store, recoveries } = await open(t, file);
    assert.ok((recoveries[0]?.readings ?? 0) >= 3600, `${recoveries[0]?.readings} readings`);
    // A late row in a window that was closed: its next revision counts all of its rows.
    const late = newest - 1_800_000;
    store.append([aRow({ at: late + 500 })]);
    await store.flush();
    await store.ask('closeWindows', { now: newest + WINDOW_MS, ...closing });
    const all = { sensor: 'air', after: { start: -1, sizeMs: 0 }, before: { start: newest * 2, sizeMs: 0 } };
    const summaries = await store.ask('summaries', { ...all, order: 'asc', limit: 1000 });
    const again = summaries.filter(({ revision }) => revision === 1);
    assert.deepEqual([again.length, again[0]?.values.count], [1, 301]);
    assert.equal(summaries.length, 72);
    // The late window once more, and the last one, which was open.
    assert.equal((await store.ask('outboxState', {})).items, items + 2);
  });

  it('does not fill the card: of two broken ones the newer is kept', async (t) => {
    const { file } = await aFilledFile(t);
    for (let time = 0; time < 2; time++) {
      writeFileSync(file, 'x'.repeat(5000 + time));
      const { store } = await open(t, file);
      await store.close();
    }
    const kept = setAsides(file);
    assert.equal(kept.length, 1, String(kept));
  });
});

it('a database that breaks under the running store is set aside, and nothing has to be started again', async (t) => {
  // More than the library keeps in memory: what is not read again does not show.
  const { file, batch, items, newest } = await aFilledFile(t, 55);
  const { store, recoveries } = await open(t, file);
  const { database } = openTable(t, file);
  const leaves = database.prepare("SELECT pageno FROM dbstat WHERE name = 'reading' AND pagetype = 'leaf'");
  const pages = leaves.pluck().all() as number[];
  database.close();
  const descriptor = openSync(file, 'r+');
  for (const page of pages) writeSync(descriptor, noise(4096), 0, 4096, (page - 1) * 4096);
  closeSync(descriptor);

  const range = { sensor: 'air', from: 0, to: newest * 2, order: 'asc', limit: 1_000_000 } as const;
  const { count } = await store.ask('history', range);
  assert.equal(count, 0, 'answered by the new one');
  assert.equal(recoveries.length, 1);
  assert.equal((await store.ask('outboxState', {})).items, items);
  assert.deepEqual(await store.ask('nextBatch', next), batch);
  store.append([aRow({ at: newest + 9000 })]);
  await store.flush();
  assert.equal(store.health().status, 'ok');
});

it('a batch that is on the card when the database turns out to be broken is stored once', async (t) => {
  const file = newFile(t);
  const { store, recoveries } = await open(t, file);
  for (const at of [1000, 2000, 3000]) {
    store.append([aRow({ at })]);
    await store.flush();
  }
  const { database } = openTable(t, file);
  database.exec('UPDATE batch_count SET last = last'); // what the thread knows of its pages is out of date
  database.pragma('wal_checkpoint(TRUNCATE)');
  const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'series'").pluck().get() as number;
  damage(file, (root - 1) * 4096, new Uint8Array(8).fill(0xff));
  store.append([aRow({ at: 4000 })]);
  await store.flush();
  assert.equal(recoveries.length, 1);
  const page = await store.ask('history', aRange());
  assert.deepEqual(
    rowsOf(page).map(({ timestamp }) => Date.parse(timestamp ?? '')),
    [2000, 3000, 4000],
    'the first one went into the database, and with it',
  );
});

it('a log of the newest readings that cannot be read is set aside and told, and the rest works', async (t) => {
  const file = newFile(t);
  const before = await open(t, file);
  before.store.append([aRow({ at: 1000 })]);
  await before.store.close();
  rmSync(`${file}-rows`, { force: true });
  mkdirSync(`${file}-rows`); // no file at all: nothing of it can be read
  const { store, recoveries } = await open(t, file);
  assert.match(recoveries[0]?.reason ?? '', /EISDIR/);
  for (const at of [2000, 3000]) {
    store.append([aRow({ at })]);
    await store.flush();
  }
  assert.deepEqual([store.health().status, store.health().pendingRows], ['ok', 0]);
  assert.ok(existsSync(recoveries[0]?.file ?? ''), 'it lies where it is said to');
  assert.equal((await store.ask('history', aRange())).count, 3);
  assert.ok(readFileSync(`${file}-rows`).length > 0, 'a new one is in use');
});
