import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/clock.ts';
import { windowCloser } from '../../src/summaries/closer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { WINDOW_MS } from './a-store.ts';
import { essence, LATER, openWindows, START } from './closing-by-hand.ts';

describe('a window', () => {
  it('is closed two seconds after its end, once, with everything that was measured in it', (t) => {
    const { take, close, sent } = openWindows(t);
    take(
      { at: 0, value: 20 },
      { at: 10_000, value: 22 },
      { at: WINDOW_MS - 1, value: 21 },
      { at: WINDOW_MS, value: 99 },
    );
    assert.equal(close(LATER - 1), 0);
    assert.equal(close(), 1);
    assert.equal(close(), 0);
    assert.deepEqual(sent(), [
      {
        id: 'pi/air/2026-11-23T10:00:00.000Z/0',
        ...{ kind: 'summary', sensor: 'air', unit: '°C' },
        ...{ window_start: '2026-11-23T10:00:00.000Z', window_s: 300, revision: 0 },
        ...{ mean: 21, min: 20, max: 22, stdev: 1, count: 3 },
        ...{ period_start: '2026-11-23T10:00:00.000Z', period_end: '2026-11-23T10:04:59.999Z' },
      },
    ]);
  });

  it('is closed at the end and two seconds, which late answers and their batch may take', (t) => {
    const { take, close } = openWindows(t);
    take({ at: 0 });
    assert.equal(close(START + WINDOW_MS), 0);
    assert.equal(close(START + WINDOW_MS + 1999), 0);
    assert.equal(close(START + WINDOW_MS + 2000), 1);
  });

  it('is asked for in that moment, every time', async () => {
    const clock = Object.assign(new FakeClock(START + 1000), { trusted: true });
    const asked: number[] = [];
    const loop = windowCloser({
      ...{ clock, windowMs: WINDOW_MS, onClosed: () => {}, onFault: (fault) => assert.fail(fault) },
      async close(now) {
        asked.push(now - START);
        return 0;
      },
    });
    loop.start();
    await clock.advance(3 * WINDOW_MS);
    await loop.stop();
    assert.deepEqual(asked, [2000, WINDOW_MS + 2000, 2 * WINDOW_MS + 2000]);
  });

  it('counts good readings of sensors only', (t) => {
    const { take, close, sent } = openWindows(t);
    take(
      { at: 1, value: 20 },
      { at: 2, value: 85, quality: 'out_of_range' },
      { at: 3, value: null, quality: 'failed' },
      { at: 4, name: 'dead', value: null, quality: 'failed' },
      { at: 5, kind: 'output', name: 'led', value: 1 },
      { at: 6, value: 50, run: 7 },
    );
    assert.equal(close(), 1);
    assert.deepEqual(essence(sent()), [[0, 300, 0, 1, 20]]);
  });

  it('of each sensor is its own, and the oldest one is closed first', (t) => {
    const { take, close, sent } = openWindows(t);
    take({ at: WINDOW_MS }, { at: WINDOW_MS, name: 'soil' }, { at: 0 }, { at: 0, name: 'soil' });
    assert.equal(close(LATER + WINDOW_MS), 4);
    assert.deepEqual(
      sent().map(({ sensor, window_start }) => `${window_start.slice(11, 16)} ${sensor}`),
      ['10:00 air', '10:00 soil', '10:05 air', '10:05 soil'],
    );
  });

  it('stays on the device where nothing goes upstream', (t) => {
    const { take, close, count } = openWindows(t);
    take({ at: 0 });
    assert.equal(close(LATER, false), 1);
    assert.deepEqual([count('summary'), count('outbox')], [1, 0]);
  });
});

describe('a reading that comes late', () => {
  it('makes one more revision, of all readings of its window together', (t) => {
    const { take, close, sent } = openWindows(t);
    take({ at: 1000, value: 20 });
    close();
    take({ at: 2000, value: 40 }, { at: 3000, value: 60 });
    assert.equal(close(), 1);
    take({ at: 4000, value: 0 });
    close();
    assert.deepEqual(essence(sent()), [
      [0, 300, 0, 1, 20],
      [0, 300, 1, 3, 40],
      [0, 300, 2, 4, 30],
    ]);
  });

  it('and says nothing that counts makes none', (t) => {
    const { take, close, sent } = openWindows(t);
    take({ at: 1000 });
    close();
    take({ at: 2000, value: null, quality: 'failed' });
    assert.equal(close(), 0);
    assert.equal(sent().length, 1);
  });

  it('is seen first by a life that begins behind the close', (t) => {
    const before = openWindows(t);
    before.take({ at: 1000, value: 20 });
    before.close();
    before.database.close();
    const { take, close, sent } = openWindows(t, before.file);
    take({ at: 2000, value: 30 });
    close();
    assert.deepEqual(essence(sent()), [
      [0, 300, 0, 1, 20],
      [0, 300, 1, 2, 25],
    ]);
  });
});

describe('thousands of windows that are over', () => {
  it('are closed in steps, the oldest first, so that a commit waits for two hundred at most', (t) => {
    t.mock.method(systemClock, 'monotonic', () => 0);
    const { take, close, database } = openWindows(t);
    take(...Array.from({ length: 450 }, (_, window) => ({ at: window * WINDOW_MS })));
    const now = LATER + 1000 * WINDOW_MS;
    const newest = () => database.prepare('SELECT max(start) FROM summary').pluck().get();
    assert.deepEqual([close(now), newest()], [200, START + 199 * WINDOW_MS]);
    assert.deepEqual([close(now), close(now), close(now)], [200, 50, 0]);
    assert.equal(newest(), START + 449 * WINDOW_MS);
  });

  it('are closed for a tenth of a second at most, and one at least, however many rows they have', (t) => {
    const { take, close } = openWindows(t);
    take(...Array.from({ length: 60 }, (_, window) => ({ at: window * WINDOW_MS })));
    let monotonic = 0;
    let windowTakesMs = 30;
    t.mock.method(systemClock, 'monotonic', () => {
      monotonic += windowTakesMs;
      return monotonic;
    });
    const now = LATER + 1000 * WINDOW_MS;
    const first = close(now);
    assert.ok(first >= 2 && first <= 4, `${first} windows`);
    windowTakesMs = 500;
    assert.equal(close(now), 1);
    windowTakesMs = 0;
    assert.deepEqual([close(now), close(now)], [60 - first - 1, 0]);
  });

  it('are all closed in one turn of the closer, which asks again until there are none', async () => {
    const clock = Object.assign(new FakeClock(), { trusted: true });
    const steps = [200, 200, 50, 0];
    const closed: number[] = [];
    const loop = windowCloser({
      ...{ clock, windowMs: WINDOW_MS, close: async () => steps.shift() ?? 0 },
      onClosed: (windows) => void closed.push(windows),
      onFault: (fault) => assert.fail(fault),
    });
    await loop.tick();
    await loop.stop();
    assert.deepEqual([closed, steps], [[200, 200, 50], []]);
  });
});
