import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seeded } from '../uplink/seeded.ts';
import { Device, getJson, type Life } from './device.ts';
import { report } from './figures.ts';
import { openCopy } from './recovered.ts';

const COPIES = 50;
const START_LIMIT_MS = 10_000;
const NODE_WITHOUT_SALVAGE = ['--import', new URL('./without-salvage.ts', import.meta.url).href];
const NOWHERE = 'http://127.0.0.1:9/ingest';

interface Health {
  status: string;
  reasons: string[];
  store: { status: string; pending_rows: number; last_commit: string | null; recovered: { items: number } | null };
}
const health = ({ url }: Life) => getJson<Health>(`${url}/api/health`);

/** Folder of a device that has read for some seconds, and could send nothing of it; and its items by id. */
async function aFilledDevice(t: TestContext, end: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
  const device = new Device(t, { upstream: NOWHERE });
  const life = await device.start();
  await eventually(async () => (await getJson<Backlog>(`${life.url}/api/uplink`)).backlog.items >= 30, 60_000);
  life.child.kill(end); // only in order is everything moved from the log into the file
  await life.exit;
  const rows = openCopy(t, device.data).prepare<[], { id: string; item: string }>(
    'SELECT item_id AS id, item FROM outbox',
  );
  const items = new Map<string, unknown>(rows.all().map(({ id, item }) => [id, JSON.parse(item)]));
  return { data: device.data, items };
}
interface Backlog {
  backlog: { items: number };
}

/** Starts a server over a broken copy, lets it send everything, and answers what came of it. */
async function liveOn(t: TestContext, source: string, breakIt: (file: string) => void, node: readonly string[] = []) {
  const data = join(temporaryFolder(t), 'data');
  cpSync(source, data, { recursive: true });
  breakIt(join(data, 'edge.db'));
  const receiver = await Receiver.start(t);
  const life = await new Device(t, { upstream: receiver.url, data }).start({ node });
  await eventually(async () => (await health(life)).store.last_commit !== null, START_LIMIT_MS);
  await eventually(async () => (await getJson<Backlog>(`${life.url}/api/uplink`)).backlog.items === 0, 20_000);
  const { store } = await health(life);
  assert.equal(store.status, 'ok');
  await life.kill();
  await receiver.close();
  return { receiver, startMs: life.startMs, recovered: store.recovered };
}

test('a server whose database is damaged somewhere starts, and sends every item that can still be read', async (t) => {
  const { data, items } = await aFilledDevice(t);
  const random = seeded(5);
  const pages = outboxPages(t, data);
  let arrived = 0;
  let readable = 0;
  let recovered = 0;
  let slowest = 0;
  for (let copy = 0; copy < COPIES; copy++) {
    let left = 0;
    const life = await liveOn(t, data, (file) => {
      left = items.size - lostWith(pages, overwrite(file, random), items.size);
    });
    const before = arrived;
    readable += left;
    slowest = Math.max(slowest, life.startMs);
    if (life.recovered !== null) recovered += 1;
    for (const [id, item] of items) {
      const received = life.receiver.items.get(id);
      if (received === undefined) continue;
      assert.deepEqual(received, item, `copy ${copy}: an item that was changed by the damage was sent`);
      arrived += 1;
    }
    assert.ok(arrived - before >= left, `copy ${copy}: ${arrived - before} items arrived, ${left} could be read`);
    assert.deepEqual(life.receiver.brokenKeys, []);
  }
  assert.ok(slowest < START_LIMIT_MS, `${slowest} ms`);
  assert.ok(readable > 0);
  report(t, {
    fault: 'random 4 KiB of the database overwritten',
    how: `${COPIES} copies of one database with ${items.size} items in its outbox`,
    seen:
      `${COPIES} starts, slowest ${Math.round(slowest)} ms; ${recovered} databases were set aside; ` +
      `${arrived} of ${items.size * COPIES} items arrived, ${readable} lay on whole pages; none of them changed`,
  });
});

interface Page {
  /** From 1 on. */
  number: number;
  /** Items that lie on it alone; all of them, where it leads to them. */
  items: number;
}
const PAGE_BYTES = 4096;

/** Pages without which an item cannot be read. */
function outboxPages(t: TestContext, data: string): Page[] {
  return openCopy(t, data)
    .prepare<[], Page>(
      `SELECT pageno AS number, iif(name = 'outbox' AND pagetype = 'leaf', ncell, 1e9) AS items
       FROM dbstat WHERE name IN ('outbox', 'sqlite_schema')`,
    )
    .all();
}

/** Items on the pages that a hole of one page's length, from this byte on, takes away. */
function lostWith(pages: readonly Page[], from: number, most: number): number {
  const hit = ({ number }: Page) => number * PAGE_BYTES > from && (number - 1) * PAGE_BYTES < from + PAGE_BYTES;
  return Math.min(
    most,
    pages.filter(hit).reduce((sum, { items }) => sum + items, 0),
  );
}

/** As a card does that forgets a block, at any place in the file but not beyond it. Answers the first byte of it. */
function overwrite(file: string, random: () => number): number {
  const content = readFileSync(file);
  const length = Math.min(PAGE_BYTES, content.length);
  const from = Math.floor(random() * (content.length - length));
  for (let index = from; index < from + length; index++) content[index] = Math.floor(random() * 256);
  writeFileSync(file, content);
  return from;
}

const BREAKS: Record<string, (file: string) => void> = {
  'the log cut off in the middle': (file) => truncateSync(`${file}-wal`, Math.floor(statSync(`${file}-wal`).size / 2)),
  'the database cut off in the middle': (file) => {
    truncateSync(file, Math.floor(statSync(file).size / 2));
    rmSync(`${file}-wal`);
  },
  'an empty database': (file) => truncateSync(file, 0),
  'a database that is none': (file) => writeFileSync(file, 'Dear diary, '.repeat(2000)),
};

test('a server whose database is cut off, empty or none starts and works', async (t) => {
  const { data } = await aFilledDevice(t, 'SIGKILL');
  const starts: number[] = [];
  for (const breakIt of Object.values(BREAKS)) starts.push((await liveOn(t, data, breakIt)).startMs);
  assert.ok(Math.max(...starts) < START_LIMIT_MS);
  report(t, {
    fault: Object.keys(BREAKS).join(', '),
    how: 'the files of a device that was killed',
    seen: `${starts.length} starts, slowest ${Math.round(Math.max(...starts))} ms, readings stored and sent in each`,
  });
});

test('negative control: without saving what can be read, items of a damaged database never arrive', async (t) => {
  const { data, items } = await aFilledDevice(t);
  const loseHead = (file: string) => {
    const content = readFileSync(file);
    // The root of the raw readings, which no item needs.
    content.fill(0xff, rootOf(t, data) * PAGE_BYTES, (rootOf(t, data) + 1) * PAGE_BYTES);
    writeFileSync(file, content);
  };
  const missing = async (node: readonly string[]) => {
    const { receiver } = await liveOn(t, data, loseHead, node);
    return [...items.keys()].filter((id) => !receiver.items.has(id)).length;
  };
  assert.equal(await missing([]), 0);
  const lost = await missing(NODE_WITHOUT_SALVAGE);
  assert.equal(lost, items.size);
  report(t, {
    fault: 'negative control of it: nothing saved',
    how: 'the root of the raw readings overwritten, with and without salvage',
    seen: `0 of ${items.size} items lost with it, ${lost} without`,
  });
});

const rootOf = (t: TestContext, data: string) =>
  Number(openCopy(t, data).prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'reading'").pluck().get()) - 1;
