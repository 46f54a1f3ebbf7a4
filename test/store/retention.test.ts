import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aDevice, BEGIN, countOf, DAY_MS, UPSTREAM } from './a-small-device.ts';
import { aRow } from './a-store.ts';

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
    const kept = device.database.prepare<[], number>('SELECT count(*) FROM reading').pluck().get() ?? 0;
    assert.ok(kept < taken);
    assert.equal(device.operations.commit({ rows: [], again: false }).droppedUntold, taken - kept);
    assert.deepEqual(device.send(), [], 'a guess is not sent');
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
