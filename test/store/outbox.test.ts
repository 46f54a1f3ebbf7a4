import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { Lane } from '../../src/store/outbox-protocol.ts';
import { OutboxTable } from '../../src/store/outbox-table.ts';
import { newFile, openTable } from './a-store.ts';

const WINDOW_MS = 300_000;

/** The outbox of a file, opened once more each time. */
function openOutbox(t: TestContext, file: string = newFile(t)) {
  const { database, operations } = openTable(t, file);
  const outbox = new OutboxTable(database);
  const add = (id: string, start: number, lane: Lane = 'summary') =>
    outbox.add({
      ...{ lane, id, item: JSON.stringify({ id, unit: '°C' }), series: null, window: { start, sizeMs: WINDOW_MS } },
      ...{ readings: 30, madeAt: start + WINDOW_MS },
    });
  const next = (maxItems = 10, lane: Lane = 'summary') => operations.nextBatch({ lane, maxItems, device: 'pi' });
  const waiting = () => operations.outboxState({}).items;
  /** Ids of what is sent in this order when every batch is acknowledged. */
  const drain = (maxItems: number, lane?: Lane) => {
    const sent: string[] = [];
    for (let batch = next(maxItems, lane); batch !== null; batch = next(maxItems, lane)) {
      sent.push(...idsIn(batch));
      operations.acknowledge({ batch: batch.id });
    }
    return sent;
  };
  return { file, operations, add, next, waiting, drain };
}

type Opened = ReturnType<typeof openOutbox>;

const idsIn = ({ body }: { body: string }) => JSON.parse(body).items.map(({ id }: { id: string }) => id);

describe('a batch', () => {
  it('is the same again, byte for byte, until it is settled: whatever comes, whatever is asked for, after a start', (t) => {
    const { add, next, file } = openOutbox(t);
    for (const start of [3, 1, 2]) add(`w${start}`, start);
    const first = next(2);
    add('w0', 0);
    assert.deepEqual(next(50), first);
    assert.deepEqual(next(1), first);
    assert.deepEqual(openOutbox(t, file).next(7), first);
    assert.deepEqual(first && idsIn(first), ['w1', 'w2']);
  });

  it('has the key of its content, and says how much it stands for', (t) => {
    const { add, next } = openOutbox(t);
    add('w1', 1);
    add('w2', 2);
    const { id: _id, ...batch } = next() ?? assert.fail();
    const body = '{"device":"pi","items":[{"id":"w1","unit":"°C"},{"id":"w2","unit":"°C"}]}';
    const key = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    assert.deepEqual(batch, { lane: 'summary', items: 2, key, body, readings: 60 });
  });

  it('is never of both lanes, and neither lane waits for the other', (t) => {
    const { add, next } = openOutbox(t);
    add('w1', 1);
    add('a2', 2, 'alert');
    const [summaries, alerts] = [next(), next(10, 'alert')];
    assert.deepEqual(
      [summaries, alerts].map((batch) => batch && idsIn(batch)),
      [['w1'], ['a2']],
    );
    assert.notEqual(summaries?.id, alerts?.id);
  });

  it('is not made where nothing waits', (t) => {
    const { add, next } = openOutbox(t);
    add('a1', 1, 'alert');
    assert.equal(next(), null);
  });
});

describe('what is sent', () => {
  it('is oldest first by what it is about, not by when it was made', (t) => {
    const { add, drain } = openOutbox(t);
    for (const start of [5, 1, 4, 2, 3]) add(`w${start}`, start);
    assert.deepEqual(drain(2), ['w1', 'w2', 'w3', 'w4', 'w5']);
  });

  it('goes in the order in which it was made where it is about the same instant', (t) => {
    const { add, drain } = openOutbox(t);
    for (const id of ['b', 'a', 'c']) add(id, 1);
    assert.deepEqual(drain(2), ['b', 'a', 'c']);
  });

  it('stays in order, and each item once, when batches are split down to single items', (t) => {
    const { add, next, operations } = openOutbox(t);
    for (let start = 1; start <= 7; start++) add(`w${start}`, start);
    const sent: string[] = [];
    for (let batch = next(); batch !== null; batch = next()) {
      if (batch.items > 1) operations.splitBatch({ batch: batch.id });
      else {
        sent.push(...idsIn(batch));
        operations.acknowledge({ batch: batch.id });
      }
    }
    assert.deepEqual(sent, ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7']);
  });
});

const SETTLE: Record<string, (opened: Opened, batch: number) => void> = {
  acknowledged: ({ operations }, batch) => operations.acknowledge({ batch }),
  split: ({ operations }, batch) => operations.splitBatch({ batch }),
  'set aside': ({ operations }, batch) => operations.setAside({ batch, reason: 'late' }),
};

describe('a batch that is settled', () => {
  for (const [first, settle] of Object.entries(SETTLE)) {
    for (const [then, settleAgain] of Object.entries(SETTLE)) {
      it(`as ${first} changes nothing when it is ${then} once more, also behind a start and for the other lane`, (t) => {
        const opened = openOutbox(t);
        opened.add('w0', 0);
        opened.add('w1', 1);
        const settled = opened.next()?.id ?? assert.fail();
        settle(opened, settled);
        opened.add('w2', 2);
        opened.add('a3', 3, 'alert');
        const [summaries, alerts] = [opened.next(), opened.next(10, 'alert')];
        const waiting = opened.waiting();
        settleAgain(openOutbox(t, opened.file), settled);
        assert.equal(opened.waiting(), waiting);
        assert.deepEqual([opened.next(), opened.next(10, 'alert')], [summaries, alerts]);
      });
    }
  }
});

describe('an item that the receiver refuses', () => {
  it('is kept and listed with the reason, and the ones behind it go on', (t) => {
    const { add, next, operations, drain, waiting, file } = openOutbox(t);
    add('bad', 1);
    add('good', 2);
    operations.setAside({ batch: next(1)?.id ?? -1, reason: '422 nonsense' });
    assert.deepEqual(drain(10), ['good']);
    assert.equal(waiting(), 0);
    const { setAside } = openOutbox(t, file).operations.outboxState({});
    assert.deepEqual(setAside, [{ id: 'bad', reason: '422 nonsense' }]);
  });

  it('is listed among the latest hundred', (t) => {
    const { add, next, operations } = openOutbox(t);
    for (let start = 1; start <= 130; start++) {
      add(`w${start}`, start);
      operations.setAside({ batch: next()?.id ?? -1, reason: 'no' });
    }
    const { setAside, setAsideCount } = operations.outboxState({});
    assert.deepEqual([setAside.length, setAside[0]?.id, setAside.at(-1)?.id], [100, 'w130', 'w31']);
    assert.equal(setAsideCount, 130, 'and all of them are counted');
  });
});

it('no two items have the same id: the second one is refused', (t) => {
  const { add, waiting } = openOutbox(t);
  add('w1', 1);
  assert.throws(() => add('w1', 2), /UNIQUE/);
  assert.equal(waiting(), 1);
});

it('the state counts what waits, in bytes too, and knows the oldest', (t) => {
  const { add, operations } = openOutbox(t);
  const nothing = { items: 0, bytes: 0, readings: 0, oldestAt: null, setAside: [], setAsideCount: 0 };
  assert.deepEqual(operations.outboxState({}), nothing);
  add('w2', 2);
  add('w1', 1);
  const bytes = 2 * Buffer.byteLength('{"id":"w1","unit":"°C"}');
  assert.deepEqual(operations.outboxState({}), {
    items: 2,
    bytes,
    readings: 60,
    oldestAt: 1 + WINDOW_MS,
    setAside: [],
    setAsideCount: 0,
  });
});
