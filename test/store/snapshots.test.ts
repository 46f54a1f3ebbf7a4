import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRow, openStore, openTable } from './a-store.ts';

const anOutputRow = (name: string, at: number, on: boolean, simulated = false) =>
  aRow({ kind: 'output', name, at, value: on ? 1 : 0, simulated });

describe('the snapshots of the past', () => {
  it('have every sensor at each instant, and null for one that has no good value there', (t) => {
    const { insert, snapshots } = openTable(t);
    insert([
      aRow({ at: 1, value: 20 }),
      aRow({ at: 2, value: 85, quality: 'out_of_range' }),
      aRow({ name: 'soil', at: 2, value: 0 }),
      aRow({ name: 'soil', at: 3, value: null, quality: 'failed' }),
    ]);
    assert.deepEqual(snapshots(10), [
      { at: 1, values: { air: 20, soil: null }, outputs: {}, simulated: false },
      { at: 2, values: { air: null, soil: 0 }, outputs: {}, simulated: false },
      { at: 3, values: { air: null, soil: null }, outputs: {}, simulated: false },
    ]);
  });

  it('are the newest ones, oldest first, and not more than asked for', (t) => {
    const { insert, snapshots } = openTable(t);
    insert([
      ...[1, 2, 3, 4].map((at) => aRow({ at })),
      ...[3, 5].map((at) => aRow({ name: 'soil', at })),
      ...[1, 2, 3, 4, 5].map((at) => anOutputRow('led', at, at % 2 === 0)),
    ]);
    assert.deepEqual(
      snapshots(3).map(({ at, outputs }) => [at, outputs.led]),
      [
        [3, false],
        [4, true],
        [5, false],
      ],
    );
  });

  it('are simulated as long as any sensor or output in them is', (t) => {
    const { insert, snapshots } = openTable(t);
    insert([
      ...[1, 2, 3, 4, 5].map((at) => aRow({ at, simulated: at === 1 })),
      anOutputRow('led', 3, true, true),
      anOutputRow('led', 5, true, false),
    ]);
    assert.deepEqual(
      snapshots(10).map(({ simulated }) => simulated),
      [true, false, true, true, false],
    );
  });

  it('come from disk after a start', async (t) => {
    const first = await openStore(t);
    first.store.append([aRow({ at: 1 }), anOutputRow('led', 1, true)]);
    await first.store.close();
    const second = await openStore(t, first.file);
    assert.deepEqual(await second.store.ask('snapshots', { limit: 10 }), [
      { at: 1, values: { air: 20 }, outputs: { led: true }, simulated: false },
    ]);
  });
});

describe('the state of an output in a snapshot', () => {
  it('is the one that held at its instant', (t) => {
    const { insert, snapshots } = openTable(t);
    insert([
      ...[1, 2, 3, 4, 5].map((at) => aRow({ at })),
      anOutputRow('led', 2, true),
      anOutputRow('led', 4, false),
      anOutputRow('vent', 1, true),
    ]);
    assert.deepEqual(
      snapshots(10).map(({ outputs }) => outputs),
      [
        { vent: true },
        { led: true, vent: true },
        { led: true, vent: true },
        { led: false, vent: true },
        { led: false, vent: true },
      ],
    );
  });

  it('is known where it changed in a round without any sensor, too', (t) => {
    const { insert, snapshots } = openTable(t);
    insert([anOutputRow('led', 1, true), aRow({ at: 5 }), anOutputRow('led', 6, false)]);
    assert.deepEqual(
      snapshots(1).map(({ at, outputs }) => [at, outputs]),
      [[5, { led: true }]],
    );
  });

  it('is known from before the first snapshot', (t) => {
    const { insert, snapshots } = openTable(t);
    insert([anOutputRow('led', 1, false), anOutputRow('led', 2, true), aRow({ at: 5 }), aRow({ at: 6 })]);
    assert.deepEqual(
      snapshots(1).map(({ at, outputs }) => [at, outputs]),
      [[6, { led: true }]],
    );
  });
});
