import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aDevice, BEGIN, countOf, DAY_MS, type Item } from './a-small-device.ts';

const DAYS = 60;
/** As many as a database of this size keeps of them, at least. */
const KEPT = 60;
const ONE_MB = 2 ** 20;

/** A device whose receiver takes nothing of the sensor `soil`, for months. */
function refusedFor(t: TestContext, days: number, refuses: (item: Item) => boolean) {
  const device = aDevice(t, ONE_MB);
  const { operations, database } = device;
  const taken: Item[] = [];
  for (let hour = 0; hour < days * 24; hour++) {
    device.live(HOUR_MS);
    for (;;) {
      const batch = operations.nextBatch({ lane: 'summary', maxItems: 50, device: 'pi' });
      if (batch === null) break;
      const items: Item[] = JSON.parse(batch.body).items;
      if (!items.some(refuses)) {
        taken.push(...items);
        operations.acknowledge({ batch: batch.id });
      } else if (items.length > 1) operations.splitBatch({ batch: batch.id });
      else operations.setAside({ batch: batch.id, reason: '422 unknown sensor' });
    }
  }
  const refused = database
    .prepare<[], { items: number; gaps: number; readings: number }>(
      `SELECT count(*) AS items, coalesce(sum(size = 0), 0) AS gaps, coalesce(sum(readings), 0) AS readings
       FROM outbox WHERE refused IS NOT NULL`,
    )
    .get() ?? { items: 0, gaps: 0, readings: 0 };
  return { device, taken, refused };
}

const sensorsIn = (items: Item[], kind: string) => [
  ...new Set(items.filter((item) => item.kind === kind).map(({ sensor }) => sensor)),
];

/** Readings of windows that are not over yet. */
function openReadings({ database }: ReturnType<typeof aDevice>): number {
  const sql = `SELECT count(*) FROM open_window AS w JOIN reading AS r
    ON r.series = w.series AND r.at >= w.start AND r.at < w.start + w.size`;
  return database.prepare<[], number>(sql).pluck().get() ?? 0;
}

describe('a receiver that refuses a sensor for months', () => {
  it('does not fill the disk: what it refused makes room, its newest is kept, and each reading is accounted for', (t) => {
    const { device, taken, refused } = refusedFor(
      t,
      DAYS,
      ({ kind, sensor }) => kind === 'summary' && sensor === 'soil',
    );
    assert.ok(device.peakBytes <= ONE_MB * 1.05, `${device.peakBytes} bytes`);
    const newest = device.database.prepare('SELECT max(at) FROM reading').pluck().get();
    assert.equal(newest, BEGIN + DAYS * DAY_MS - 60_000, 'writes go on');
    assert.ok(device.operations.outboxState({}).setAside.length >= KEPT);
    assert.deepEqual(sensorsIn(taken, 'gap'), ['soil'], 'the other sensor pays nothing for it');
    const accounted = countOf(taken, 'summary') + countOf(taken, 'gap') + refused.readings;
    assert.equal(accounted, device.taken - openReadings(device));
  });

  it('may refuse the gaps too: one of them a sensor is enough to remember', (t) => {
    const { device, taken, refused } = refusedFor(t, DAYS, ({ sensor }) => sensor === 'soil');
    assert.ok(device.peakBytes <= ONE_MB * 1.05, `${device.peakBytes} bytes`);
    assert.deepEqual(sensorsIn(taken, 'gap'), []);
    assert.ok(refused.gaps > 0);
    assert.ok(refused.gaps <= KEPT, `${refused.gaps} gaps`);
    assert.equal(
      countOf(taken, 'summary') + countOf(taken, 'gap') + refused.readings,
      device.taken - openReadings(device),
    );
  });
});
