import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import type { Backlog, Lane, RefusedItem } from '../../src/store/outbox-protocol.ts';
import { OutboxTable } from '../../src/store/outbox-table.ts';
import { newFile, openTable } from './a-store.ts';
import { unpackVersion } from './versions/unpack.ts';

/** The same from all rows: what the kept count must be. */
function counted(database: Database): Backlog & { setAsideCount: number } {
  const waiting = database
    .prepare<[], Backlog>(
      `SELECT count(*) AS items, coalesce(sum(octet_length(item)), 0) AS bytes, coalesce(sum(readings), 0) AS readings,
       min(made_at) AS oldestAt FROM outbox WHERE refused IS NULL`,
    )
    .get();
  const dead = database.prepare<[], number>('SELECT count(*) FROM outbox WHERE refused IS NOT NULL').pluck().get();
  return { ...(waiting as Backlog), setAsideCount: dead ?? 0 };
}

type Change =
  | { do: 'add'; lane: Lane; size: number; readings: number; madeAt: number }
  | {
      do: 'send';
      lane: Lane;
      most: number;
      outcome: 'acknowledge' | 'split' | 'setAside' | 'hold' | 'release' | 'partly';
    }
  | { do: 'requeue' }
  | { do: 'delete' | 'edit'; nth: number };

type Step = Change | { do: 'undo' } | { do: 'restart' };

const lane = fc.constantFrom<Lane>('alert', 'summary');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      lane,
      size: fc.nat(40),
      readings: fc.nat(99),
      madeAt: fc.nat(999),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      lane,
      most: fc.integer({ min: 1, max: 5 }),
      outcome: fc.constantFrom('acknowledge', 'split', 'setAside', 'hold', 'release', 'partly'),
    }),
  },
  fc.record({ do: fc.constant('requeue' as const) }),
  fc.record({ do: fc.constantFrom('delete' as const, 'edit' as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constantFrom('undo' as const, 'restart' as const) }),
);

describe('the count of what waits', () => {
  it('is that of all rows, whatever happens to them, also in a transaction that is undone, and over restarts', (t) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const file = newFile(t);
        let { database, operations } = openTable(t, file);
        let made = 0;
        for (const todo of steps) {
          if (todo.do === 'restart') ({ database, operations } = openTable(t, file));
          else if (todo.do === 'undo') undo(database);
          else play(todo, { database, operations, id: `w${made++}` });
          const { setAside: _list, ...kept } = operations.outboxState({});
          assert.deepEqual(kept, counted(database));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is made once, from all rows, when a database of before is brought up to date', (t) => {
    for (const version of [3, 7, 11]) {
      const file = newFile(t);
      unpackVersion(version, file);
      const { database, operations } = openTable(t, file);
      const { setAside: _list, ...kept } = operations.outboxState({});
      assert.ok(kept.items > 0, `version ${version} has something that waits`);
      assert.deepEqual(kept, counted(database));
    }
  });

  it('that is wrong is noticed', (t) => {
    const { database, operations } = openTable(t, newFile(t));
    database.exec('DROP TRIGGER outbox_added');
    play({ do: 'add', lane: 'summary', size: 7, readings: 3, madeAt: 5 }, { database, operations, id: 'w' });
    assert.notEqual(operations.outboxState({}).items, counted(database).items);
  });

  it('reads no row of the backlog', (t) => {
    const { database } = openTable(t, newFile(t));
    const plan = database
      .prepare<[], { detail: string }>(
        `EXPLAIN QUERY PLAN SELECT items, bytes, readings,
         (SELECT min(made_at) FROM outbox WHERE refused IS NULL) AS oldestAt FROM outbox_count`,
      )
      .all()
      .map(({ detail }) => detail);
    assert.deepEqual(
      plan.filter((line) => /\boutbox\b/.test(line)).map((line) => /outbox_made/.test(line)),
      [true],
      plan.join('\n'),
    );
  });
});

/** A transaction that changes everything, and fails. */
function undo(database: Database): void {
  const fault = new Error('undone');
  assert.throws(
    database.transaction(() => {
      database.exec("UPDATE outbox SET refused = 'x', readings = 1; DELETE FROM outbox");
      throw fault;
    }),
    fault,
  );
}

interface Played {
  database: Database;
  operations: ReturnType<typeof openTable>['operations'];
  id: string;
}

function play(todo: Change, { database, operations, id }: Played): void {
  const nth = (index: number) =>
    database.prepare<[number], number>('SELECT id FROM outbox ORDER BY id LIMIT 1 OFFSET ?').pluck().get(index) ?? -1;
  switch (todo.do) {
    case 'add': {
      const window = { start: todo.madeAt, sizeMs: 1000 };
      const item = JSON.stringify({ id, text: 'ä'.repeat(todo.size) });
      const { lane, readings, madeAt } = todo;
      new OutboxTable(database).add({ lane, id, item, series: null, window, readings, madeAt });
      return;
    }
    case 'requeue':
      operations.requeue({});
      return;
    case 'delete':
      database.prepare('DELETE FROM outbox WHERE id = ?').run(nth(todo.nth));
      return;
    case 'edit':
      database.prepare("UPDATE outbox SET item = item || ' ', readings = readings + 5 WHERE id = ?").run(nth(todo.nth));
      return;
    case 'send': {
      const batch = operations.nextBatch({ lane: todo.lane, maxItems: todo.most, device: 'pi' });
      if (batch === null) return;
      const items: { id: string }[] = JSON.parse(batch.body).items;
      const refused: RefusedItem[] = items.slice(0, 1).map((item) => ({ id: item.id, reason: 'no' }));
      const request = { batch: batch.id, reason: 'no' };
      if (todo.outcome === 'acknowledge') operations.acknowledge(request);
      else if (todo.outcome === 'partly') operations.acknowledge({ ...request, refused });
      else if (todo.outcome === 'split') operations.splitBatch(request);
      else if (todo.outcome === 'setAside') operations.setAside(request);
      else if (todo.outcome === 'hold') operations.hold(request);
      else operations.release(request);
    }
  }
}
