import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { OutboxTable } from '../../src/store/outbox-table.ts';
import { newFile, openTable } from './a-store.ts';

const publishing = { device: 'pi', upstream: true, now: 0 };
const details = {
  ...{ sensor: 'air', unit: null, severity: 'info', value: 31, threshold: 30, simulated: false },
} as const;

function opened(t: TestContext, file: string = newFile(t)) {
  const { database, operations } = openTable(t, file);
  const table = new OutboxTable(database);
  const add = (id: string, start: number) =>
    table.add({
      ...{ lane: 'summary', id, item: JSON.stringify({ id }), series: null, window: { start, sizeMs: 300_000 } },
      ...{ readings: 1, madeAt: start },
    });
  const next = (maxItems = 10) => operations.nextBatch({ lane: 'summary', maxItems, device: 'pi' });
  const suspects = () => operations.suspects({ lane: 'summary', device: 'pi' });
  return { file, operations, add, next, suspects };
}

it('a suspect is out of the way, waits on, and is the same batch after a restart', (t) => {
  const { operations, add, next, suspects, file } = opened(t);
  for (const start of [1, 2, 3]) add(`w${start}`, start);
  const first = next(1) ?? assert.fail();
  operations.hold({ batch: first.id, reason: '422' });
  assert.match(next()?.body ?? '', /w2.*w3/);
  assert.equal(operations.outboxState({}).items, 3);
  assert.deepEqual(suspects(), [first]);
  assert.deepEqual(opened(t, file).suspects(), [first]);
  operations.setAside({ batch: first.id, reason: '422' });
  assert.deepEqual([suspects(), operations.outboxState({}).setAsideCount], [[], 1]);
});

it('a lane in which only suspects wait has no next batch', (t) => {
  const { operations, add, next } = opened(t);
  add('w1', 1);
  operations.hold({ batch: next()?.id ?? -1, reason: '422' });
  assert.equal(next(), null);
});

it('a probe is one item from elsewhere, and waits as before when it is released', (t) => {
  const { operations, add, next } = opened(t);
  for (const start of [1, 2, 3]) add(`w${start}`, start);
  const newest = operations.probeBatch({ lane: 'summary', from: 'newest', device: 'pi' }) ?? assert.fail();
  assert.match(newest.body, /"items":\[\{"id":"w3"\}\]/);
  operations.release({ batch: newest.id });
  assert.equal(operations.probeBatch({ lane: 'alert', from: 'newest', device: 'pi' }), null);
  assert.match(next()?.body ?? '', /w1.*w2.*w3/);
  assert.equal(operations.probeBatch({ lane: 'summary', from: 'anywhere', device: 'pi' }), null, 'all are in a batch');
});

it('items that are named beside an acknowledgement are set aside, and the others are gone', (t) => {
  const { operations, add, next } = opened(t);
  for (const start of [1, 2]) add(`w${start}`, start);
  operations.acknowledge({
    batch: next()?.id ?? -1,
    refused: [
      { id: 'w2', reason: 'no' },
      { id: 'w9', reason: 'no' },
    ],
  });
  const { items, setAside } = operations.outboxState({});
  assert.deepEqual([items, setAside], [0, [{ id: 'w2', reason: 'no' }]]);
});

it('dead letters wait again when they are requeued, by id or all of them', (t) => {
  const { operations, add, next } = opened(t);
  for (const start of [1, 2, 3]) add(`w${start}`, start);
  for (let n = 0; n < 3; n++) operations.setAside({ batch: next(1)?.id ?? -1, reason: 'no' });
  assert.equal(operations.requeue({ ids: ['w2', 'w2', 'w9'] }), 1);
  assert.match(next()?.body ?? '', /\[\{"id":"w2"\}\]/);
  assert.equal(operations.requeue({}), 2);
  assert.deepEqual([operations.outboxState({}).items, operations.outboxState({}).setAsideCount], [3, 0]);
});

it('of alerts the newest word on each open one is requeued, and no other', (t) => {
  const { operations } = opened(t);
  const record = (event: object) =>
    operations.record({ alerts: [event as never], changes: [], states: {}, publishing } as never);
  const setAside = () => {
    const batch = operations.nextBatch({ lane: 'alert', maxItems: 1, device: 'pi' });
    operations.setAside({ batch: batch?.id ?? -1, reason: 'no' });
  };
  for (const [rule, at] of [
    ['open', 1000],
    ['over', 2000],
  ] as const) {
    record({ event: 'raised', rule, cause: 'threshold', at, run: 0, details });
    setAside();
  }
  record({ event: 'cleared', rule: 'over', cause: 'threshold', at: 3000, run: 0 });
  setAside();
  assert.equal(operations.outboxState({}).setAsideCount, 3);
  assert.equal(operations.requeueAlerts({}), 1);
  assert.match(operations.nextBatch({ lane: 'alert', maxItems: 9, device: 'pi' })?.body ?? '', /"rule":"open"/);
});
