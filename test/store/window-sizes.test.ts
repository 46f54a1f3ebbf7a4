import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { windowWithin } from '../../src/summaries/window.ts';
import { newFile, WINDOW_MS } from './a-store.ts';
import { essence, LATER, openWindows } from './closing-by-hand.ts';

const HOUR_MS = 3_600_000;
const seconds = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, second) => ({ at: (from + second) * 1000, value: from + second }));

describe('another size of windows', () => {
  it('holds from the end of the window on that is open', (t) => {
    const before = openWindows(t);
    before.take({ at: 60_000, value: 1 });
    const { take, close, sent } = openWindows(t, before.file, 60_000);
    take({ at: 130_000, value: 3 }, { at: WINDOW_MS + 1, value: 5 });
    close(LATER + WINDOW_MS);
    assert.deepEqual(essence(sent()), [
      [0, 300, 0, 2, 2],
      [300, 60, 0, 1, 5],
    ]);
  });

  it('does not cover windows that were closed with a smaller one', (t) => {
    const before = openWindows(t, newFile(t), 60_000);
    before.take({ at: 0, value: 1 });
    before.close();
    const { take, close, sent } = openWindows(t, before.file, WINDOW_MS);
    take({ at: 1000, value: 2 }, { at: 61_000, value: 3 }, { at: WINDOW_MS, value: 4 });
    close(LATER + WINDOW_MS);
    assert.deepEqual(essence(sent()), [
      [0, 60, 0, 1, 1],
      [0, 60, 1, 2, 1.5],
      [60, 60, 0, 1, 3],
      [300, 300, 0, 1, 4],
    ]);
  });

  for (const closed of [false, true]) {
    it(`that does not divide the one before begins behind its last window, ${closed ? 'closed' : 'open'}, in parts`, (t) => {
      const before = openWindows(t, newFile(t), 30_000);
      before.take(...seconds(0, 26));
      if (closed) before.close(LATER);
      const { take, close, sent } = openWindows(t, before.file, 20_000);
      sent();
      take(...seconds(30, 80));
      close(LATER);
      assert.deepEqual(
        essence(sent()).filter(([start]) => Number(start) > 0),
        [
          [30, 10, 0, 10, 34.5],
          [40, 20, 0, 20, 49.5],
          [60, 20, 0, 20, 69.5],
        ],
      );
    });
  }

  it('leaves a late row to the window that was closed with the other one, and its neighbours to the new one', (t) => {
    const before = openWindows(t, newFile(t), 45_000);
    before.take({ at: 50_000, value: 1 });
    before.close();
    const { take, close, sent } = openWindows(t, before.file, 60_000);
    take({ at: 44_000, value: 2 }, { at: 46_000, value: 3 }, { at: 91_000, value: 4 }, { at: 130_000, value: 5 });
    close();
    assert.deepEqual(essence(sent()), [
      [30, 15, 0, 1, 2],
      [45, 45, 0, 1, 1],
      [45, 45, 1, 2, 2],
      [90, 30, 0, 1, 4],
      [120, 60, 0, 1, 5],
    ]);
  });

  it('is whole again at its next boundary, whatever the one before it was', () => {
    const sizes = Array.from({ length: 3600 }, (_, second) => second + 1).filter((size) => 3600 % size === 0);
    for (const size of sizes.map((second) => second * 1000)) {
      for (let end = 1000; end < HOUR_MS; end += 7000) {
        const cell = Math.floor(end / size) * size;
        for (let at = end; at < cell + size; ) {
          const window = windowWithin(at, size, { from: at, to: cell + size });
          assert.equal(window.start, at, 'no time is left out');
          assert.equal(size % window.sizeMs, 0);
          assert.equal(window.start % window.sizeMs, 0, 'aligned to UTC');
          at = window.start + window.sizeMs;
          assert.ok(at <= cell + size);
        }
      }
    }
  });

  it('begins behind what is forgotten: readings that follow are in a summary, those that came late in a gap', (t) => {
    const before = openWindows(t, newFile(t), 30_000);
    before.take(...seconds(0, 30));
    before.close();
    before.sent();
    before.database.exec(
      'UPDATE series SET forgotten_until = (SELECT max(start + size) FROM summary), purged_until = 9e15',
    );
    before.database.exec('DELETE FROM summary; DELETE FROM reading');
    const { take, close, sent } = openWindows(t, before.file, 20_000);
    take({ at: 25_000, value: 1 }, { at: 35_000, value: 3 });
    close();
    take({ at: 26_000, value: 2 });
    close();
    const items = sent();
    assert.deepEqual(essence(items.filter(({ kind }) => kind === 'summary')), [[30, 10, 0, 1, 3]]);
    assert.deepEqual(
      items.filter(({ kind }) => kind === 'gap').map(({ count }) => count),
      [2],
    );
  });
});

describe('an hour that was merged beside a window that had arrived', () => {
  it('takes a late row, and so does the first window in it, each its own, though both begin together', (t) => {
    const { take, close, sent, database } = openWindows(t);
    take({ at: 1000, value: 1 });
    close();
    sent();
    // As making room does it: the raw rows are gone, and the hour stands for the other windows of it.
    database.exec(`DELETE FROM reading; UPDATE series SET purged_until = ${LATER + HOUR_MS};
      INSERT INTO summary (series, start, size, revision, count, mean, m2, min, max, first, last)
      SELECT series, start, 3600000, 0, 1, 9, 0, 9, 9, start + 600000, start + 600000 FROM summary`);
    take({ at: 2000, value: 3 });
    take({ at: 1_200_000, value: 11 });
    take({ at: 3000, value: 5 }, { at: 1_300_000, value: 13 });
    close(LATER + HOUR_MS);
    assert.deepEqual(essence(sent()), [
      [0, 300, 1, 3, 3],
      [0, 3600, 1, 3, 11],
    ]);
  });
});
