import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Receiver } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { audit } from './audit.ts';
import { Device } from './device.ts';
import { report } from './figures.ts';
import { goodRows, integrity, openCopy } from './recovered.ts';
import { hasStrace, killedAtWrite } from './tools.ts';
import { Witness } from './witness.ts';

const LAST_WRITE = 400;
const NODE_WITHOUT_TRANSACTIONS = ['--import', new URL('./without-transactions.ts', import.meta.url).href];

/** One number out of each of so many equal parts of 1..last: each part of a life is met. */
function spread(lives: number, last: number, random: () => number): number[] {
  return Array.from({ length: lives }, (_, part) => 1 + Math.floor(((part + random()) * last) / lives));
}

interface Plan {
  writes: readonly number[];
  node?: readonly string[];
}

/** Lives that each end at a write of their own, and then one that brings everything upstream. */
async function killAtWrites(t: TestContext, { writes, node = [] }: Plan) {
  const receiver = await Receiver.start(t);
  const device = new Device(t, { upstream: receiver.url });
  const witness = new Witness();
  await (await device.start()).kill(); // the tables are made outside of strace
  const faults: string[] = [];
  for (const n of writes) {
    const over = new AbortController();
    const life = await device.tryStart({ under: killedAtWrite(n), node });
    const watching = life && witness.watch(life.url, over.signal);
    assert.equal((await life?.exit) ?? 'SIGKILL', 'SIGKILL');
    over.abort();
    await watching;
    const health = integrity(openCopy(t, device.data));
    if (health !== 'ok') faults.push(`after write ${n}: ${health}`);
  }
  await device.settle();
  const rows = goodRows(openCopy(t, device.data));
  const lost = witness.missingIn(rows).map((key) => `the reading ${key} was committed and is lost`);
  faults.push(...lost, ...audit(rows, receiver));
  return { faults, receiver, rows, witness };
}

test('kill -9 at any write to the disk loses nothing, doubles nothing and breaks nothing', async (t) => {
  if (!hasStrace(t)) return;
  const random = seeded(7);
  // The first writes of a life close the windows of the one before and settle what it had sent.
  const writes = [...spread(10, 60, random), ...spread(16, LAST_WRITE, random)];
  const { faults, receiver, rows, witness } = await killAtWrites(t, { writes });
  assert.deepEqual(faults, []);
  const windows = [...receiver.summariesBySensor().values()].flat().length;
  report(t, {
    fault: 'kill -9 at the n-th write',
    how: `${writes.length} lives killed by strace at a pwrite64 of their own, n from ${Math.min(...writes)} to ${Math.max(...writes)}`,
    seen:
      `0 of ${witness.readings} readings seen committed lost; ${windows} windows as recomputed from ${rows.length} raw rows; ` +
      `${receiver.duplicates} items came again; integrity_check ok ${writes.length} times`,
  });
});

test('negative control: without transactions the same kills lose or double something', async (t) => {
  if (!hasStrace(t)) return;
  const writes = spread(12, 60, seeded(7));
  const { faults } = await killAtWrites(t, { writes, node: NODE_WITHOUT_TRANSACTIONS });
  assert.notDeepEqual(faults, []);
  report(t, {
    fault: 'negative control of it: no transactions',
    how: `the same server with transactions switched off, ${writes.length} kills`,
    seen: `${faults.length} faults, such as “${faults[0]}”`,
  });
});
