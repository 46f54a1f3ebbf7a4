import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { Device, getJson } from './device.ts';
import { report } from './figures.ts';

const ITEMS = 14_400;
const SENSORS = 3;
const WINDOW_MS = 1000;
const NOWHERE = 'http://127.0.0.1:9/ingest';
const LIMIT_MB = 10;

/** A database in which so many items wait. */
function aBacklog(t: TestContext): string {
  const data = temporaryFolder(t);
  const database = openDatabase(join(data, 'edge.db'));
  database.pragma('synchronous = OFF');
  const store = storeOperations(database, WINDOW_MS);
  const begin = Date.parse('2026-11-20T00:00:00Z');
  const windows = ITEMS / SENSORS;
  for (let sensor = 0; sensor < SENSORS; sensor++) {
    const row = { kind: 'sensor', name: `sensor_${sensor}`, quality: 'good', simulated: false, run: 0 } as const;
    const rows = Array.from({ length: windows }, (_, n) => ({ ...row, at: begin + n * WINDOW_MS, value: n % 97 }));
    store.commit({ rows, again: false });
  }
  const closing = { now: begin + 2 * windows * WINDOW_MS, device: 'pi', units: {}, upstream: true };
  while (store.closeWindows(closing) > 0);
  database.close();
  return data;
}

/** Resident memory of a server whose receiver is out of reach, after it has tried for a while, in MB. */
async function memoryOver(t: TestContext, data: string, items: number): Promise<number> {
  const own = temporaryFolder(t);
  cpSync(data, own, { recursive: true });
  const life = await new Device(t, { upstream: NOWHERE, data: own }).start({ env: { EDGE_COLLECT_INTERVAL_S: '60' } });
  const seen: number[] = [];
  for (let look = 0; look < 20; look++) {
    const { backlog } = await getJson<{ backlog: { items: number } }>(`${life.url}/api/uplink`);
    assert.ok(backlog.items >= items, `${backlog.items} items wait`);
    seen.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${life.child.pid}/status`, 'utf8'))?.[1]) / 1024);
    await pause(250);
  }
  await life.kill();
  return Math.max(...seen);
}

test('a backlog of weeks stays on the disk: the server hardly grows with it', async (t) => {
  const [full, empty] = [aBacklog(t), temporaryFolder(t)];
  const growth: number[] = [];
  for (let round = 0; round < 3; round++)
    growth.push((await memoryOver(t, full, ITEMS)) - (await memoryOver(t, empty, 0)));
  const [, median = Number.NaN] = growth.toSorted((a, b) => a - b);
  report(t, {
    fault: `${ITEMS} items wait`,
    how: 'resident memory of the server with them and without, in turns, three times',
    seen: `${growth.map((mb) => mb.toFixed(1)).join(', ')} MB more`,
  });
  assert.ok(median < LIMIT_MB, `${median} MB`);
});
