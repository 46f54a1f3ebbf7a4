import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retentionLoop } from '../../src/store/retention-loop.ts';
import { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aRow, newFile, publishing, WINDOW_MS } from './a-store.ts';

function aLoop(step: () => Promise<boolean>) {
  const clock = new FakeClock();
  const faults: Error[] = [];
  return { clock, faults, loop: retentionLoop({ clock, step, onFault: (fault) => faults.push(fault) }) };
}

describe('making room', () => {
  it('begins every minute, and goes on until there is nothing left to do', async () => {
    const left = [true, true, false, true, false];
    const { loop, clock } = aLoop(async () => left.shift() ?? false);
    loop.start();
    await clock.advance(59_999);
    assert.equal(left.length, 5);
    await clock.advance(1);
    assert.equal(left.length, 2);
    await clock.advance(60_000);
    assert.equal(left.length, 0);
    await loop.stop();
    assert.equal(clock.waiting, 0);
  });

  it('is tried again when it failed', async () => {
    let tries = 0;
    const { loop, clock, faults } = aLoop(async () => {
      tries += 1;
      throw new Error('disk I/O error');
    });
    loop.start();
    await clock.advance(120_000);
    assert.deepEqual([tries, faults.length], [2, 2]);
    await loop.stop();
  });

  it('is one round at a time, and ends between two steps when the server does', async () => {
    let steps = 0;
    let finish: (more: boolean) => void = () => {};
    const { loop } = aLoop(() => {
      steps += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    assert.equal(loop.tick(), loop.tick());
    const stopped = loop.stop();
    finish(true);
    await stopped;
    assert.equal(steps, 1);
  });
});

describe('a commit that finds the database full', () => {
  it('has room made for it and goes through, and nothing of it is lost', async (t) => {
    const clock = new FakeClock();
    const store = await Store.open({
      file: newFile(t),
      commitEveryMs: 5000,
      windowMs: WINDOW_MS,
      maxBytes: 2 ** 19,
      clock,
      publishing,
    });
    t.after(() => store.close());
    let calls = 0;
    const closing = { device: 'pi', units: {}, upstream: false };
    const closeWindows = async () => {
      while ((await store.ask('closeWindows', { now: clock.now(), ...closing })) > 0);
    };
    store.whenFull(async () => {
      calls += 1;
      while (await store.ask('retain', { now: clock.now(), ...closing, keepReadingsMs: 600_000 }));
    });
    for (let batch = 0; batch < 60; batch++) {
      store.append(Array.from({ length: 600 }, (_, second) => aRow({ at: clock.now() + second * 1000 })));
      await clock.advance(600_000);
      await store.flush();
      assert.deepEqual([store.health().status, store.health().pendingRows], ['ok', 0]);
      if (batch % 10 === 0) await closeWindows();
    }
    await closeWindows();
    assert.ok(calls > 0);
    assert.ok((store.health().sizeBytes ?? Number.NaN) <= 2 ** 19);
    const windows = await store.ask('summaries', {
      ...{ sensor: 'air', after: { start: 0, sizeMs: 0 }, before: { start: Number.MAX_SAFE_INTEGER, sizeMs: 0 } },
      ...{ order: 'asc', limit: 1000 },
    });
    const counted = windows.reduce((sum, { values }) => sum + values.count, 0);
    const last = windows.at(-1)?.window ?? assert.fail();
    const open = await store.ask('history', {
      ...{ sensor: 'air', from: last.start + last.sizeMs, to: Number.MAX_SAFE_INTEGER },
      ...{ order: 'asc', limit: 100_000 },
    });
    assert.equal(counted + open.count + store.health().droppedReadings, 60 * 600);
  });
});
