import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Argument, Operation } from '../../src/store/protocol.ts';
import { StoreError, WorkerClient } from '../../src/store/worker-client.ts';
import { openStore } from './a-store.ts';

/** Every operation that there is: one that is added has to be put here, and is then tried below. */
const OPERATIONS: Record<Operation, 'asked again' | 'makes room itself'> = {
  commit: 'asked again',
  record: 'asked again',
  acknowledgeAlert: 'asked again',
  publishAlerts: 'asked again',
  putRule: 'asked again',
  deleteRule: 'asked again',
  closeWindows: 'asked again',
  beginRun: 'asked again',
  trustRun: 'asked again',
  nextBatch: 'asked again',
  acknowledge: 'asked again',
  splitBatch: 'asked again',
  setAside: 'asked again',
  suspects: 'asked again',
  probeBatch: 'asked again',
  hold: 'asked again',
  release: 'asked again',
  requeue: 'asked again',
  requeueAlerts: 'asked again',
  // Reads: a sort may need room as well.
  history: 'asked again',
  snapshots: 'asked again',
  summaries: 'asked again',
  droppedRecords: 'asked again',
  changes: 'asked again',
  alerts: 'asked again',
  rules: 'asked again',
  ruleChanges: 'asked again',
  outboxState: 'asked again',
  room: 'asked again',
  probe: 'asked again',
  retain: 'makes room itself',
  close: 'makes room itself',
};

const full = () => new StoreError({ message: 'database or disk is full', code: 'SQLITE_FULL', refused: false });

it('room is made in a full database for every operation, which is then done, but for those that make it', async (t) => {
  const { store } = await openStore(t);
  let roomMade = 0;
  store.whenFull(async () => void roomMade++);
  const ask = t.mock.method(WorkerClient.prototype, 'ask', async () => {
    if (roomMade === 0) throw full();
  });
  const fates: Record<string, string> = {};
  for (const operation of Object.keys(OPERATIONS) as Operation[]) {
    roomMade = 0;
    const asked = store.ask(operation, {} as Argument<Operation>);
    fates[operation] = await asked.then(
      () => 'asked again',
      () => 'makes room itself',
    );
    assert.equal(roomMade, fates[operation] === 'asked again' ? 1 : 0, operation);
  }
  ask.mock.restore();
  assert.deepEqual(fates, OPERATIONS);
});
