import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Reading } from '../../schemas/readings.ts';
import { RecentReadings, type Snapshot, valuesOf } from '../../src/collector/recent.ts';
import { aReading } from './a-sensor.ts';

const aSnapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  at: 0,
  values: { cpu_temp_c: 47.2, button: 0 },
  outputs: { led: false },
  simulated: false,
  ...changes,
});

const newest = (recent: RecentReadings, count: number): Reading[] => JSON.parse(String(recent.last(count))).readings;

describe('the recent readings', () => {
  it('keep as many as there is room for: the oldest make room, and the order stays', () => {
    const recent = new RecentReadings(3);
    for (let at = 1; at <= 5; at++) recent.push(aSnapshot({ at }));
    assert.equal(recent.size, 3);
    assert.deepEqual(
      newest(recent, 10).map(({ timestamp }) => Date.parse(timestamp)),
      [3, 4, 5],
    );
  });

  it('give the newest ones, oldest first', () => {
    const recent = new RecentReadings(10);
    for (let at = 1; at <= 5; at++) recent.push(aSnapshot({ at }));
    assert.deepEqual(
      newest(recent, 2).map(({ timestamp }) => Date.parse(timestamp)),
      [4, 5],
    );
  });

  it("have the chapter's fields beside all sensors", () => {
    const recent = new RecentReadings(1);
    recent.push(aSnapshot({ values: { cpu_temp_c: 47.2, button: 1, air: 21 }, outputs: { led: true, vent: false } }));
    assert.deepEqual(newest(recent, 1), [
      {
        cpu_temp_c: 47.2,
        led_state: 'on',
        button_pressed: true,
        timestamp: '1970-01-01T00:00:00.000Z',
        simulated: false,
        sensors: { cpu_temp_c: 47.2, button: 1, air: 21 },
      },
    ]);
  });

  it('are written once for all who ask for the same number of them, and anew with every new one', () => {
    const recent = new RecentReadings(10);
    recent.push(aSnapshot({ at: 1 }));
    const answer = recent.last(5);
    assert.equal(recent.last(5), answer);
    recent.push(aSnapshot({ at: 2 }));
    assert.deepEqual(
      newest(recent, 5).map(({ timestamp }) => Date.parse(timestamp)),
      [1, 2],
    );
  });

  it('keep few answers, whatever numbers are asked for', () => {
    const recent = new RecentReadings(1000);
    for (let at = 1; at <= 1000; at++) recent.push(aSnapshot({ at }));
    const first = recent.last(1);
    for (let count = 2; count <= 1000; count++) assert.equal(newest(recent, count).length, count);
    assert.notEqual(recent.last(1), first);
  });

  it('tell a button that is not pressed from one that is not there', () => {
    const recent = new RecentReadings(2);
    recent.push(aSnapshot({ values: { button: 0 } }));
    recent.push(aSnapshot({ values: {}, outputs: {} }));
    const [released, absent] = newest(recent, 2);
    assert.equal(released?.button_pressed, false);
    assert.deepEqual([absent?.button_pressed, absent?.cpu_temp_c, absent?.led_state], [null, null, null]);
  });
});

describe('the values of a round', () => {
  it('are null for sensors that failed, were out of range or did not answer', () => {
    const readings = new Map([
      ['air', aReading({ value: 0 })],
      ['soil', aReading({ sensor: 'soil', value: 85, quality: 'out_of_range' })],
      ['tank', aReading({ sensor: 'tank', value: null, quality: 'failed' })],
    ]);
    assert.deepEqual(valuesOf({ at: 0, monotonic: 0, readings }, ['air', 'soil', 'tank', 'late']), {
      air: 0,
      soil: null,
      tank: null,
      late: null,
    });
  });
});
