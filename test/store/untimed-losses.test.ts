import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aRow, newFile, WINDOW_MS } from './a-store.ts';

const TRUE_START = Date.parse('2026-11-23T10:00:00Z');
const MINUTE_MS = 60_000;
/** A wall clock that begins in 1970 at each start of the machine. */
const IN_1970 = 0;
const UPSTREAM = { device: 'pi', units: {}, upstream: true };

/** A database with next to no room, and lives of the process on it: a start of the machine and its monotonic clock each. */
function aFullDevice(t: TestContext) {
  const file = newFile(t);
  let taken = 0;
  const life = (boot: string, monotonic: number, wall = IN_1970) => {
    const database = openDatabase(file);
    database.pragma('synchronous = OFF');
    t.after(() => database.close());
    const operations = storeOperations(database, WINDOW_MS, 2 ** 18);
    const { id: run, offset } = operations.beginRun({ boot, wall, monotonic });
    /** A reading a minute, and no room for them. */
    const take = (minutes: number) => {
      const instants = Array.from({ length: minutes }, (_, minute) => monotonic + minute * MINUTE_MS);
      operations.commit({ rows: instants.map((at) => aRow({ at: at + offset, run })), again: false });
      taken += minutes;
      for (let steps = 0; steps < 50 && operations.retain({ now: 0, ...UPSTREAM, keepReadingsMs: Infinity }); steps++);
    };
    const trust = (trueOffset: number) => {
      while (operations.trustRun({ run, offset: trueOffset, limit: 1000 }) > 0);
      while (operations.closeWindows({ now: TRUE_START * 2, ...UPSTREAM }) > 0);
    };
    const sent = (): Record<string, string | number>[] => {
      const batch = operations.nextBatch({ lane: 'summary', maxItems: 1000, device: 'pi' });
      if (batch === null) return [];
      operations.acknowledge({ batch: batch.id });
      return JSON.parse(batch.body).items;
    };
    const counted = () => operations.commit({ rows: [], again: false });
    const waiting = () => database.prepare('SELECT count(*) FROM untrusted_loss').pluck().get();
    return { operations, take, trust, sent, counted, waiting, end: () => database.close() };
  };
  return { life, taken: () => taken };
}

const countOf = (items: Record<string, string | number>[], kind: string) =>
  items.filter((item) => item.kind === kind).reduce((sum, { count }) => sum + Number(count), 0);

describe('readings that had to make room before the time was known', () => {
  it('are not told before it is, and then in one gap, at their true time', (t) => {
    const { life, taken } = aFullDevice(t);
    const { take, trust, sent, counted, waiting } = life('a', 0);
    for (let day = 0; day < 10; day++) take(1440);
    assert.deepEqual(sent(), [], 'a guess is not sent');
    const { droppedReadings, droppedUntold } = counted();
    assert.ok(droppedUntold > 1440 && droppedReadings === droppedUntold);
    assert.equal(waiting(), 1, 'one row, however many they are');

    trust(TRUE_START);
    const items = sent();
    const gaps = items.filter(({ kind }) => kind === 'gap');
    assert.deepEqual([gaps.length, gaps[0]?.count, gaps[0]?.reason], [1, droppedUntold, 'no room on the device']);
    assert.equal(gaps[0]?.from, new Date(TRUE_START).toISOString());
    assert.equal(countOf(items, 'summary') + droppedUntold, taken());
    assert.deepEqual([counted().droppedReadings, counted().droppedUntold], [droppedReadings, 0]);
  });

  it('wait through restarts, and those of one start of the machine take one row', (t) => {
    const { life, taken } = aFullDevice(t);
    for (let restart = 0; restart < 5; restart++) {
      const { take, end } = life('a', restart * 10_000 * MINUTE_MS);
      take(5000);
      end();
    }
    const { trust, sent, waiting, counted } = life('a', 50_000 * MINUTE_MS);
    assert.equal(waiting(), 1);
    const { droppedUntold } = counted();
    trust(TRUE_START);
    const items = sent();
    const [gap] = items.filter(({ kind }) => kind === 'gap');
    assert.equal(gap?.from, new Date(TRUE_START).toISOString(), 'by the monotonic clock they share');
    assert.equal(gap?.count, droppedUntold);
    assert.equal(countOf(items, 'summary') + droppedUntold, taken());
  });

  it('of a start that never met the time are told with a later one, as the guess that they are, not behind it', (t) => {
    const { life } = aFullDevice(t);
    const before = life('a', 0, TRUE_START * 2); // its clock is ahead by decades
    before.take(5000);
    before.end();
    const { trust, sent } = life('b', 0);
    trust(TRUE_START);
    const [gap] = sent().filter(({ kind }) => kind === 'gap');
    assert.equal(gap?.reason, 'no room on the device; their time is a guess');
    assert.equal(Date.parse(String(gap?.to)) <= TRUE_START, true, String(gap?.to));
  });

  it('of many such starts do not take the room themselves', (t) => {
    const { life, taken } = aFullDevice(t);
    for (let start = 0; start < 130; start++) {
      const { take, end } = life(`boot ${start}`, 0);
      take(60);
      end();
    }
    const { trust, sent, waiting, counted } = life('last', 0);
    assert.ok(Number(waiting()) <= 100, `${waiting()} rows`);
    const { droppedUntold } = counted();
    trust(TRUE_START);
    const items = sent();
    assert.ok(droppedUntold > 0);
    assert.equal(countOf(items, 'gap'), droppedUntold);
    assert.equal(countOf(items, 'summary') + droppedUntold, taken());
    for (const { kind, to } of items) if (kind === 'gap') assert.ok(Date.parse(String(to)) <= TRUE_START);
  });

  it('are counted alone where nothing goes upstream', (t) => {
    const { life } = aFullDevice(t);
    const { take, operations, counted, sent } = life('a', 0);
    take(10_000);
    const { droppedReadings } = counted();
    while (operations.trustRun({ run: 1, offset: TRUE_START, limit: 1000 }) > 0);
    const closing = { now: TRUE_START + 400 * 24 * HOUR_MS, ...UPSTREAM, upstream: false };
    while (operations.closeWindows(closing) > 0);
    assert.deepEqual([counted().droppedReadings, counted().droppedUntold, sent()], [droppedReadings, 0, []]);
  });
});
