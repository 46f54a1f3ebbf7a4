import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { newestOf, WINDOW_MS } from '../store/a-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seeded } from '../uplink/seeded.ts';
import { report } from './figures.ts';
import { integrity } from './recovered.ts';
import { hasStrace, killedAtWrite } from './tools.ts';

const SCRIPT = new URL('./purging-process.ts', import.meta.url).pathname;
/** Small enough that the purge drops what nobody has: merged hours of a month do not fit. */
const MAX_BYTES = 2 ** 18;
const LIVES = 16;
const LAST_WRITE = 400;
const READINGS_AN_HOUR = 60;
const closing = { device: 'pi', units: {}, upstream: true };

interface Item {
  id: string;
  kind: string;
  revision?: number;
  window_start?: string;
  window_s?: number;
  count: number;
}

/** Readings that the receiver knows of: of each window the newest revision, and what gaps count. */
function readingsIn(items: readonly Item[]): { summaries: number; gaps: number } {
  const newest = new Map<string, Item>();
  for (const item of new Map(items.map((item) => [item.id, item])).values()) {
    const key = item.kind === 'gap' ? item.id : `${item.window_start} ${item.window_s}`;
    if ((item.revision ?? 0) >= (newest.get(key)?.revision ?? 0)) newest.set(key, item);
  }
  const count = (kind: string) =>
    [...newest.values()].filter((item) => item.kind === kind).reduce((sum, item) => sum + item.count, 0);
  return { summaries: count('summary'), gaps: count('gap') };
}

test('kill -9 at any write while room is made and batches are acknowledged: every reading is in one window or one gap', (t) => {
  if (!hasStrace(t)) return;
  const file = join(temporaryFolder(t), 'edge.db');
  const random = seeded(11);
  const items: Item[] = [];
  const live = (under: readonly string[], hours: number) => {
    const [command = '', ...args] = [...under, process.execPath, SCRIPT, file, String(MAX_BYTES), String(hours)];
    const { stdout, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const bodies = stdout.split('\n').slice(0, -1);
    items.push(...bodies.flatMap((body) => JSON.parse(body).items));
    return status;
  };
  assert.equal(live([], 30 * 24), 0, 'filled, so that every further hour has to make room');
  for (let life = 0; life < LIVES; life++) {
    const n = 1 + Math.floor(((life + random()) * LAST_WRITE) / LIVES);
    assert.notEqual(live(killedAtWrite(n), 30 * 24), 0, `not killed at write ${n}`);
    const database = openDatabase(file, MAX_BYTES);
    assert.equal(integrity(database), 'ok');
    database.close();
  }
  const database = openDatabase(file, MAX_BYTES);
  t.after(() => database.close());
  const store = storeOperations(database, WINDOW_MS, MAX_BYTES);
  const last = newestOf(store);
  while (store.closeWindows({ now: last + HOUR_MS, ...closing }) > 0);
  for (let batch = store.nextBatch(NEXT); batch !== null; batch = store.nextBatch(NEXT)) {
    items.push(...JSON.parse(batch.body).items);
    store.acknowledge({ batch: batch.id });
  }
  const hours = Math.ceil((last + 1) / HOUR_MS) - 1; // the first one begins an hour behind 1970
  const taken = hours * READINGS_AN_HOUR;
  const { summaries, gaps } = readingsIn(items);
  assert.equal(summaries + gaps, taken);
  assert.ok(gaps > 0, 'nothing was dropped: the limit is not small enough');
  report(t, {
    fault: 'kill -9 at the n-th write while room is made',
    how: `${LIVES} lives over a full database of ${MAX_BYTES / 1024} KB, killed by strace at a pwrite64 of their own up to the ${LAST_WRITE}th`,
    seen: `${taken} readings = ${summaries} in summaries + ${gaps} in gaps; integrity_check ok ${LIVES} times`,
  });
});

const NEXT = { lane: 'summary', maxItems: 50, device: 'pi' } as const;
