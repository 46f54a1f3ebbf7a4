import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { Lane } from '../../src/store/protocol.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aRow, newFile, WINDOW_MS } from './a-store.ts';

const TWO_MB = 2 * 2 ** 20;
const SIX_MB = 6 * 2 ** 20;
const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.parse('2026-11-23T10:00:00Z');
const SENSORS = ['air', 'soil'];
const UPSTREAM = { device: 'pi', units: {}, upstream: true };

interface Item {
  kind: string;
  sensor: string;
  window_s?: number;
  count: number;
  mean: number;
}

/** A device that takes a reading of two sensors every minute, on a database with little room. */
function aDevice(t: TestContext, maxBytes: number) {
  const file = newFile(t);
  const database = openDatabase(file, maxBytes);
  t.after(() => database.close());
  database.pragma('synchronous = OFF'); // the card is not what is asked about
  const operations = storeOperations(database, WINDOW_MS, maxBytes);
  const device = { now: BEGIN, taken: 0, peakBytes: 0, file, database, operations, live, retain, closeAll, send };

  function live(ms: number, keepReadingsMs = 7 * DAY_MS): void {
    for (const end = device.now + ms; device.now < end; ) {
      const minutes = Array.from({ length: 60 }, (_, minute) => device.now + minute * 60_000);
      const rows = minutes.flatMap((at) => SENSORS.map((name) => aRow({ name, at, value: (at / 60_000) % 97 })));
      operations.commit({ rows, again: false });
      device.taken += rows.length;
      device.now += HOUR_MS;
      operations.closeWindows({ now: device.now, ...UPSTREAM });
      retain(keepReadingsMs);
      device.peakBytes = Math.max(device.peakBytes, statSync(file).size + statSync(`${file}-wal`).size);
    }
  }

  function retain(keepReadingsMs: number): void {
    while (operations.retain({ now: device.now, ...UPSTREAM, keepReadingsMs }));
  }

  function closeAll(): void {
    device.now += HOUR_MS;
    operations.closeWindows({ now: device.now, ...UPSTREAM });
  }

  function send(lane: Lane = 'summary'): Item[] {
    const items: Item[] = [];
    for (;;) {
      const batch = operations.nextBatch({ lane, maxItems: 50, device: 'pi' });
      if (batch === null) return items;
      items.push(...JSON.parse(batch.body).items);
      operations.acknowledge({ batch: batch.id });
    }
  }

  return device;
}

const countOf = (items: Item[], kind: string) =>
  items.filter((item) => item.kind === kind).reduce((sum, { count }) => sum + count, 0);

/** What waits when a device was alone for so long. */
function aloneFor(t: TestContext, days: number, maxBytes: number) {
  const device = aDevice(t, maxBytes);
  device.live(days * DAY_MS);
  device.closeAll();
  const { droppedReadings } = device.operations.commit({ rows: [], again: false });
  return { device, droppedReadings, items: device.send() };
}

describe('a long time without a network', () => {
  it('is kept in hours instead of windows where there is room for that, and no reading is lost: 30 days in 6 MB', (t) => {
    const { device, droppedReadings, items } = aloneFor(t, 30, SIX_MB);
    const hours = items.filter(({ window_s }) => window_s === 3600);
    t.diagnostic(
      `${device.taken} readings, ${items.length} items, ${hours.length} of them hours, peak ${device.peakBytes} B`,
    );
    assert.equal(device.taken, 30 * 1440 * SENSORS.length);
    assert.ok(hours.length > 0);
    assert.equal(countOf(items, 'summary'), device.taken);
    assert.equal(droppedReadings, 0);
    assert.ok(device.peakBytes <= SIX_MB * 1.05);
  });

  it('loses the oldest where there is none, and says how many readings that are: 90 days in 2 MB', (t) => {
    const { device, droppedReadings, items } = aloneFor(t, 90, TWO_MB);
    const gaps = items.filter(({ kind }) => kind === 'gap');
    t.diagnostic(
      `${device.taken} readings, ${items.length} items, ${droppedReadings} dropped, peak ${device.peakBytes} B`,
    );
    assert.deepEqual(gaps.map(({ sensor }) => sensor).sort(), SENSORS);
    assert.equal(countOf(items, 'gap'), droppedReadings);
    assert.equal(countOf(items, 'summary') + countOf(items, 'gap'), device.taken);
    assert.ok(device.peakBytes <= TWO_MB * 1.05);
  });
});

describe('what goes first', () => {
  it('is every reading that is older than it is kept, as soon as it is summarised', (t) => {
    const device = aDevice(t, 2 ** 30);
    device.live(3 * HOUR_MS, HOUR_MS);
    const oldest = device.database.prepare('SELECT min(at) FROM reading').pluck().get();
    assert.equal(oldest, BEGIN + 2 * HOUR_MS);
    device.closeAll();
    assert.equal(countOf(device.send(), 'summary'), device.taken);
  });

  it('is never an alert', (t) => {
    const device = aDevice(t, 2 ** 19);
    const insert = device.database.prepare(
      `INSERT INTO outbox (lane, item_id, item, start, size, readings, made_at) VALUES ('alert', 'a1', '{"kind":"alert"}', 0, 0, 0, 0)`,
    );
    insert.run();
    device.live(20 * DAY_MS);
    assert.ok(device.operations.commit({ rows: [], again: false }).droppedReadings > 0);
    assert.equal(device.send('alert').length, 1);
  });

  it('is the oldest run of a device that never learns the time, when there is nothing else', (t) => {
    const device = aDevice(t, 2 ** 18);
    const { id: run } = device.operations.beginRun({ boot: 'boot', wall: BEGIN, monotonic: 0 });
    let taken = 0;
    for (let hour = 0; hour < 500; hour++) {
      const rows = Array.from({ length: 60 }, (_, minute) =>
        aRow({ at: BEGIN + hour * HOUR_MS + minute * 60_000, run }),
      );
      device.operations.commit({ rows, again: false });
      taken += rows.length;
      device.retain(Number.POSITIVE_INFINITY);
    }
    const kept = device.database.prepare('SELECT count(*) FROM reading').pluck().get() as number;
    const [gap] = device.send();
    assert.deepEqual([gap?.kind, gap?.sensor, gap?.count], ['gap', 'air', taken - kept]);
    assert.ok(kept < taken);
  });
});

describe('a commit that finds the database full', () => {
  it('is refused by the database, which stays within its room, and goes through when room was made', (t) => {
    const device = aDevice(t, 2 ** 19);
    const fill = () => {
      for (;;) {
        const rows = Array.from({ length: 600 }, (_, second) => aRow({ at: device.now + second * 1000 }));
        device.now += 600_000;
        device.operations.commit({ rows, again: false });
        device.operations.closeWindows({ now: device.now + HOUR_MS, ...UPSTREAM, upstream: false });
      }
    };
    assert.throws(fill, { code: 'SQLITE_FULL' });
    device.retain(DAY_MS);
    device.operations.commit({ rows: [aRow({ at: device.now + HOUR_MS })], again: false });
    assert.ok(statSync(device.file).size <= 2 ** 19);
  });
});
