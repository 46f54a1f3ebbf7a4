import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputChanges } from '../../src/store/output-changes.ts';
import { aRange, aRow, openTable } from './a-store.ts';

const instants = (rows: readonly { at: number }[]) => rows.map(({ at }) => at);

describe('the history of a sensor', () => {
  it('begins with its first instant and ends before its last', (t) => {
    const { history, insert } = openTable(t);
    insert([9, 10, 11, 19, 20, 21].map((at) => aRow({ at })));
    assert.deepEqual(instants(history(aRange({ from: 10, to: 20 }))), [10, 11, 19]);
    assert.deepEqual(history(aRange({ from: 10, to: 10 })), []);
  });

  it('is in either order, and its limit takes from the beginning of that order', (t) => {
    const { history, insert } = openTable(t);
    insert([3, 1, 2].map((at) => aRow({ at })));
    assert.deepEqual(instants(history(aRange({ order: 'asc', limit: 2 }))), [1, 2]);
    assert.deepEqual(instants(history(aRange({ order: 'desc', limit: 2 }))), [3, 2]);
    assert.deepEqual(instants(history(aRange({ order: 'desc' }))), [3, 2, 1]);
  });

  it('has every part of a reading as it was', (t) => {
    const { history, insert } = openTable(t);
    const rows = [
      { at: 1_790_000_000_001, value: -0.5, quality: 'good', simulated: false },
      { at: 1_790_000_000_002, value: 1e300, quality: 'out_of_range', simulated: true },
      { at: 1_790_000_000_003, value: null, quality: 'failed', simulated: false },
      { at: 1_790_000_000_004, value: 85, quality: 'power_on_value', simulated: false },
    ] as const;
    insert(rows.map((row) => aRow(row)));
    assert.deepEqual(history(aRange()), rows);
  });

  it('has numbers for qualities on disk that never change: old rows are read by them', (t) => {
    const { database, insert } = openTable(t);
    const qualities = ['good', 'out_of_range', 'failed', 'too_fast', 'power_on_value', 'stuck'] as const;
    insert(qualities.map((quality, at) => aRow({ at, quality })));
    const numbers = database.prepare('SELECT quality FROM reading ORDER BY at').pluck().all();
    assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5]);
  });

  it('is empty for a sensor that nobody knows, and apart from the output of the same name', (t) => {
    const { history, insert } = openTable(t);
    insert([aRow({ name: 'vent', value: 1 }), aRow({ kind: 'output', name: 'vent', value: 0 })]);
    assert.deepEqual(history(aRange()), []);
    assert.deepEqual(
      history(aRange({ sensor: 'vent' })).map(({ value }) => value),
      [1],
    );
  });
});

describe('an instant that comes twice', () => {
  it('is kept twice, the second time in the next free millisecond', (t) => {
    const { history, insert } = openTable(t);
    insert([aRow({ at: 5, value: 1 }), aRow({ at: 6, value: 2 })]);
    insert([aRow({ at: 5, value: 3 })]);
    insert([aRow({ at: 5, value: 3 })]);
    assert.deepEqual(
      history(aRange()).map(({ at, value }) => [at, value]),
      [
        [5, 1],
        [6, 2],
        [7, 3],
        [8, 3],
      ],
    );
  });
});

describe('the changes of outputs', () => {
  it('are one row for the first state and one for each change', () => {
    const changes = new OutputChanges();
    const rows = [
      changes.rows(1, { led: false, vent: true }, { simulated: false, run: 0 }),
      changes.rows(2, { led: false, vent: true }, { simulated: false, run: 0 }),
      changes.rows(3, { led: true, vent: true }, { simulated: true, run: 0 }),
      changes.rows(4, { led: false, vent: true }, { simulated: false, run: 0 }),
    ];
    assert.deepEqual(
      rows.map((row) => row.map(({ name, at, value }) => [name, at, value])),
      [
        [
          ['led', 1, 0],
          ['vent', 1, 1],
        ],
        [],
        [['led', 3, 1]],
        [['led', 4, 0]],
      ],
    );
    assert.deepEqual(rows[2], [aRow({ kind: 'output', name: 'led', at: 3, value: 1, simulated: true })]);
  });
});
