import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gapItem, summaryId, summaryItem } from '../../src/summaries/item.ts';
import { HOUR_MS, isOver, windowAt } from '../../src/summaries/window.ts';

const TEN = Date.parse('2026-11-23T10:00:00.000Z');
const SIZE = 300_000;

describe('a window', () => {
  it('begins on a whole multiple of its size in UTC, and has its first instant but not its end', () => {
    for (const at of [TEN, TEN + 1, TEN + SIZE - 1]) assert.equal(windowAt(at, SIZE).start, TEN);
    assert.equal(windowAt(TEN + SIZE, SIZE).start, TEN + SIZE);
    assert.equal(windowAt(TEN - 1, SIZE).start, TEN - SIZE);
  });

  it('is over two seconds behind its end', () => {
    const over = [0, 1999, 2000].map((ms) => isOver({ start: TEN, sizeMs: SIZE }, TEN + SIZE + ms));
    assert.deepEqual(over, [false, false, true]);
  });
});

describe('an item', () => {
  const subject = { device: 'greenhouse-1', sensor: 'air_temp_c', unit: '°C' };

  it('has an id that says what it is about, and nothing else', () => {
    const id = summaryId(subject, { start: TEN, sizeMs: SIZE }, 0);
    assert.equal(id, 'greenhouse-1/air_temp_c/2026-11-23T10:00:00.000Z/0');
  });

  it('about a merged hour has another id than the first window in it', () => {
    const id = summaryId(subject, { start: TEN, sizeMs: HOUR_MS }, 2);
    assert.equal(id, 'greenhouse-1/air_temp_c/2026-11-23T10:00:00.000Z+3600s/2');
  });

  it('has the members that the chapter names, without the digits of binary arithmetic', () => {
    const values = { count: 3, mean: 0.1 + 0.2, m2: 0.02, min: 0.1, max: 0.5, first: TEN + 3120, last: TEN + 293_118 };
    assert.deepEqual(summaryItem(subject, { start: TEN, sizeMs: SIZE }, 1, values), {
      id: 'greenhouse-1/air_temp_c/2026-11-23T10:00:00.000Z/1',
      kind: 'summary',
      sensor: 'air_temp_c',
      unit: '°C',
      window_start: '2026-11-23T10:00:00.000Z',
      window_s: 300,
      revision: 1,
      mean: 0.3,
      min: 0.1,
      max: 0.5,
      stdev: 0.1,
      count: 3,
      period_start: '2026-11-23T10:00:03.120Z',
      period_end: '2026-11-23T10:04:53.118Z',
    });
  });

  it('about a gap says what is missing and how much', () => {
    const gap = gapItem('pi', {
      sensor: 'air',
      from: TEN,
      to: TEN + HOUR_MS,
      count: 360,
      reason: 'no room on the device',
    });
    const { id, ...rest } = gap as { id: string };
    assert.match(id, /^pi\/gap\/air\/2026-11-23T10:00:00\.000Z\//);
    assert.deepEqual(rest, {
      kind: 'gap',
      sensor: 'air',
      from: '2026-11-23T10:00:00.000Z',
      to: '2026-11-23T11:00:00.000Z',
      count: 360,
      reason: 'no room on the device',
    });
  });
});
