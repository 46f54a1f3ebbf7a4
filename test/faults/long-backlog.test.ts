import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { eventually } from '../support/eventually.ts';
import { Device, getJson, type Life } from './device.ts';
import { ms, report } from './figures.ts';

const ITEMS = 1_000_000;
/** What a start may read more of a database with this backlog than of an empty one. */
const MOST_BYTES = 32 * 2 ** 20;
const COUNTS = ['--import', new URL('./counts-the-backlog.ts', import.meta.url).href];

/** Years of windows that no receiver has taken. */
function fillOutbox(file: string): void {
  const database = openDatabase(file);
  const triggers = database
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  database.transaction(() => {
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
    database.exec(`INSERT INTO series (id, kind, name) VALUES (1, 'sensor', 'air_temp_c')`);
    database.exec(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${ITEMS})
       INSERT INTO outbox (lane, item_id, item, series, start, size, readings, made_at)
       SELECT 'summary', 'pi/air_temp_c/' || i, '{"id":"pi/air_temp_c/' || i || '","kind":"summary","sensor":"air_temp_c",' ||
         '"unit":"°C","window_s":300,"mean":21.4,"min":21.1,"max":21.9,"stdev":0.18,"count":30}',
         1, i * 300000, 300000, 30, i * 300000 FROM n`,
    );
    database.exec(`UPDATE outbox_count SET items = ${ITEMS}, readings = 30 * ${ITEMS},
      bytes = (SELECT sum(octet_length(item)) FROM outbox)`);
    for (const { sql } of triggers) database.exec(sql);
  })();
  database.close();
}

/** Bytes that the process has read until now, also from the system's cache. */
const bytesRead = ({ child }: Life): number =>
  Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${child.pid}/io`, 'utf8'))?.[1]);

interface Started {
  items: number;
  read: number;
  startMs: number;
}

/** A start until the size of the backlog is known. */
async function start(device: Device, node: readonly string[] = []): Promise<Started> {
  const life = await device.start({ node, env: { EDGE_COLLECT_INTERVAL_S: '3600' } });
  const { backlog } = await getJson<{ backlog: { items: number } }>(`${life.url}/api/uplink`);
  const read = bytesRead(life);
  life.child.kill('SIGTERM');
  await life.exit;
  return { items: backlog.items, read, startMs: life.startMs };
}

async function startsOf(t: TestContext, node: readonly string[] = []) {
  const more = { store: { max_mb: 2048 } };
  const upstream = 'http://127.0.0.1:9/ingest';
  const [empty, full] = [new Device(t, { upstream, more }), new Device(t, { upstream, more })];
  fillOutbox(join(full.data, 'edge.db'));
  const without = await start(empty, node);
  const started = await start(full, node);
  await eventually(() => statSync(join(full.data, 'edge.db')).size > 150 * 2 ** 20);
  return { ...started, more: started.read - without.read, size: statSync(join(full.data, 'edge.db')).size };
}

test('a start with a million items in the outbox reads no more than one with none', async (t) => {
  const { items, more, size, startMs } = await startsOf(t);
  report(t, {
    fault: 'a million items wait when the server starts',
    how: `an outbox of ${Math.round(size / 2 ** 20)} MB; bytes read until GET /api/uplink is answered, against an empty one`,
    seen: `${(more / 2 ** 20).toFixed(1)} MB more; start ${ms(startMs)}`,
  });
  assert.equal(items, ITEMS);
  assert.ok(more < MOST_BYTES, `${more} bytes more`);
});

test('negative control: a start that counts the backlog reads all of it', async (t) => {
  const { items, more } = await startsOf(t, COUNTS);
  report(t, {
    fault: 'negative control of it: what waits is counted',
    how: 'the same outbox, counted from its rows',
    seen: `${(more / 2 ** 20).toFixed(1)} MB more`,
  });
  assert.equal(items, ITEMS);
  assert.ok(more > 2 * MOST_BYTES, `${more} bytes more`);
});
