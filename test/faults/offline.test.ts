import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { aDevice, BEGIN, countOf, DAY_MS, SENSORS, SIX_MB, TWO_MB } from '../store/a-small-device.ts';
import { report } from './figures.ts';

const HOW = 'two sensors once a minute, the clock by hand';

type Played = ReturnType<typeof aDevice>;

/** What waits when a device was alone for so long. `spoil` switches something off before. */
function aloneFor(t: TestContext, days: number, maxBytes: number, spoil: (device: Played) => void = () => {}) {
  const device = aDevice(t, maxBytes);
  spoil(device);
  device.live(days * DAY_MS);
  device.closeAll();
  const { droppedReadings } = device.operations.commit({ rows: [], again: false });
  return { device, droppedReadings, items: device.send() };
}

/** Readings that are in no summary and in no gap; below zero: that are counted twice. */
const unaccounted = ({ device, items }: ReturnType<typeof aloneFor>) =>
  device.taken - countOf(items, 'summary') - countOf(items, 'gap');

describe('a long time without a network', () => {
  it('is kept in hours instead of windows where there is room for that, and no reading is lost: 30 days in 6 MB', (t) => {
    const { device, droppedReadings, items } = aloneFor(t, 30, SIX_MB);
    const hours = items.filter(({ window_s }) => window_s === 3600);
    report(t, {
      fault: '30 days offline with 6 MB of disk',
      how: HOW,
      seen: `${device.taken} readings in ${items.length} items, ${hours.length} of them merged to hours; 0 readings lost; peak ${device.peakBytes} bytes`,
    });
    assert.equal(device.taken, 30 * 1440 * SENSORS.length);
    assert.ok(hours.length > 0);
    assert.equal(countOf(items, 'summary'), device.taken);
    assert.equal(droppedReadings, 0);
    assert.ok(device.peakBytes <= SIX_MB * 1.05);
  });

  it('loses the oldest where there is none, and says how many readings that are: 90 days in 2 MB', (t) => {
    const alone = aloneFor(t, 90, TWO_MB);
    const { device, droppedReadings, items } = alone;
    const gaps = items.filter(({ kind }) => kind === 'gap');
    report(t, {
      fault: '90 days offline with 2 MB of disk',
      how: HOW,
      seen: `${device.taken} readings = ${countOf(items, 'summary')} in summaries + ${countOf(items, 'gap')} in gaps; peak ${device.peakBytes} bytes`,
    });
    assert.deepEqual(gaps.map(({ sensor }) => sensor).sort(), SENSORS);
    assert.equal(countOf(items, 'gap'), droppedReadings);
    assert.equal(unaccounted(alone), 0);
    assert.ok(device.peakBytes <= TWO_MB * 1.05);
  });
});

describe('negative control', () => {
  it('without making room the card is full after days, not months', (t) => {
    let lived = 0;
    const spoil = (device: Played) => {
      const { commit } = device.operations;
      device.operations.retain = () => false;
      device.operations.commit = (batch) => {
        const usage = commit(batch);
        lived = device.now;
        return usage;
      };
    };
    assert.throws(() => aloneFor(t, 90, TWO_MB, spoil), { code: 'SQLITE_FULL' });
    const days = (lived - BEGIN) / DAY_MS;
    assert.ok(days < 30, `${days} days`);
    report(t, {
      fault: 'negative control of it: no room is made',
      how: HOW,
      seen: `SQLITE_FULL after ${days.toFixed(1)} of 90 days`,
    });
  });

  it('where gaps are not reported, or an item arrives under two names, the account is not even', (t) => {
    const alone = aloneFor(t, 90, TWO_MB, ({ database }) => {
      database.exec(`CREATE TRIGGER control BEFORE INSERT ON outbox WHEN new.item ->> '$.kind' = 'gap'
                     BEGIN SELECT RAISE(IGNORE); END`);
    });
    const silent = unaccounted(alone);
    assert.ok(silent > 0 && silent === alone.droppedReadings);
    const [first] = alone.items;
    assert.ok(first);
    assert.equal(unaccounted({ ...alone, items: [...alone.items, first] }), silent - first.count);
    report(t, {
      fault: 'negative control of it: gaps that are not reported',
      how: HOW,
      seen: `${silent} of ${alone.device.taken} readings in no item`,
    });
  });
});
