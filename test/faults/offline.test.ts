import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { aDevice, countOf, DAY_MS, SENSORS, SIX_MB, TWO_MB } from '../store/a-small-device.ts';
import { report } from './figures.ts';

const HOW = 'two sensors once a minute, the clock by hand';

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
    const { device, droppedReadings, items } = aloneFor(t, 90, TWO_MB);
    const gaps = items.filter(({ kind }) => kind === 'gap');
    report(t, {
      fault: '90 days offline with 2 MB of disk',
      how: HOW,
      seen: `${device.taken} readings = ${countOf(items, 'summary')} in summaries + ${countOf(items, 'gap')} in gaps; peak ${device.peakBytes} bytes`,
    });
    assert.deepEqual(gaps.map(({ sensor }) => sensor).sort(), SENSORS);
    assert.equal(countOf(items, 'gap'), droppedReadings);
    assert.equal(countOf(items, 'summary') + countOf(items, 'gap'), device.taken);
    assert.ok(device.peakBytes <= TWO_MB * 1.05);
  });
});
