import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDevice, atTrueTime, IN_1970, TRUE_START } from './a-device.ts';
import { aRow } from './a-store.ts';

describe('readings from before the first synchronisation', () => {
  it('stand at the guess, and at their true time to the millisecond when it is known', (t) => {
    const { life, stored, untrusted } = aDevice(t);
    const { take, trust } = life('a', IN_1970, 5000);
    take(5001, 15_002, 25_003);
    assert.deepEqual(stored(), [
      [5001, 5001],
      [15_002, 15_002],
      [25_003, 25_003],
    ]);
    trust(TRUE_START);
    assert.deepEqual(stored(), atTrueTime(5001, 15_002, 25_003));
    assert.equal(untrusted(), 0);
  });

  it('are moved also where they waited in their batch until the true time was known', (t) => {
    const { life, stored, untrusted } = aDevice(t);
    const { take, trust } = life('a', IN_1970, 5000);
    take(5000);
    trust(TRUE_START);
    take(15_000);
    assert.deepEqual([stored(), untrusted()], [atTrueTime(5000, 15_000), 0]);
  });

  it('are in no window until then, and in the true one afterwards', (t) => {
    const { life } = aDevice(t);
    const { take, trust, operations } = life('a', IN_1970, 5000);
    take(5000, 15_000);
    const close = () => operations.closeWindows({ now: 4e12, device: 'pi', units: {}, upstream: true });
    assert.equal(close(), 0);
    trust(TRUE_START);
    assert.equal(close(), 1);
    const { items } = JSON.parse(operations.nextBatch({ lane: 'summary', maxItems: 9, device: 'pi' })?.body ?? '{}');
    assert.deepEqual([items.length, items[0].window_start, items[0].count], [1, '2026-11-23T10:00:00.000Z', 2]);
  });

  it('do not push away what stands at their true time already', (t) => {
    const { life, stored } = aDevice(t);
    const { take, trust, operations } = life('a', IN_1970, 5000);
    operations.commit({ rows: [aRow({ at: TRUE_START + 5000, value: 1 })], again: false });
    const second = life('a', IN_1970, 5000);
    take(5000);
    second.take(7000);
    trust(TRUE_START);
    assert.deepEqual(stored(), [
      [TRUE_START + 5000, 1],
      [TRUE_START + 5001, 5000],
      [TRUE_START + 7000, 7000],
    ]);
  });
});

describe('lives of the process since one start of the machine', () => {
  for (const wrongBy of [TRUE_START, 10_000, -10_000]) {
    it(`are tied together where the clock was wrong by ${wrongBy} ms: one true time moves all of them`, (t) => {
      const { life, stored, untrusted } = aDevice(t);
      const wall = TRUE_START - wrongBy;
      life('a', wall + 5000, 5000).take(5000, 15_000, 25_000);
      const second = life('a', wall + 35_000, 35_000);
      second.take(35_000, 45_000);
      const third = life('a', wall + 60_000, 60_000);
      third.take(60_000);
      assert.equal(third.run.trusted, false);
      third.trust(TRUE_START, 2);
      assert.deepEqual(stored(), atTrueTime(5000, 15_000, 25_000, 35_000, 45_000, 60_000));
      assert.equal(untrusted(), 0);
    });
  }

  it('are tied together also where the wall clock was set back between them', (t) => {
    const { life, stored } = aDevice(t);
    life('a', IN_1970 + 86_400_000, 5000).take(5000, 15_000);
    const second = life('a', IN_1970, 35_000);
    second.take(35_000);
    assert.ok(stored().every(([at], index, all) => index === 0 || Number(at) > Number(all[index - 1]?.[0])));
    second.trust(TRUE_START);
    assert.deepEqual(stored(), atTrueTime(5000, 15_000, 35_000));
  });

  it('trust the clock at once when an earlier one did, and take it as it is', (t) => {
    const { life } = aDevice(t);
    const first = life('a', IN_1970, 5000);
    first.take(5000);
    first.trust(TRUE_START);
    const { run } = life('a', TRUE_START + 35_000, 35_000);
    assert.deepEqual([run.trusted, run.offset], [true, TRUE_START]);
    assert.equal(life('b', IN_1970, 5000).run.trusted, false, 'another start of the machine');
  });
});

describe('a life of an earlier start that never met the true time', () => {
  it('stays where its own clock put it', (t) => {
    const { life, stored, untrusted } = aDevice(t);
    const before = life('a', TRUE_START - 3_600_000, 5000);
    before.take(5000, 15_000);
    const wasAt = stored();
    life('b', TRUE_START, 0).trust(TRUE_START);
    assert.deepEqual([stored(), untrusted()], [wasAt, 0]);
  });

  it('is moved in front of the start that came after it, in one piece, when its clock was ahead', (t) => {
    const { life, stored, untrusted } = aDevice(t);
    life('a', TRUE_START + 86_400_000, 5000).take(5000, 15_000, 25_000);
    const { trust } = life('b', TRUE_START, 0);
    trust(TRUE_START, 2);
    assert.deepEqual(
      stored().map(([at, value]) => [Number(at) - TRUE_START, value]),
      [
        [-20_000, 5000],
        [-10_000, 15_000],
        [0, 25_000],
      ],
    );
    assert.equal(untrusted(), 0);
  });
});
