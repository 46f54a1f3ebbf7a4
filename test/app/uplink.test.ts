import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TOKEN = 'a-very-secret-token';
const AIR = {
  id: 'air',
  kind: 'simulated',
  unit: '°C',
  mean: 20,
  amplitude: 5,
  period_s: 60,
  noise: 1,
  seed: 3,
} as const;
const FLUSH = { method: 'POST', url: '/api/uplink/flush', headers: withKey } as const;

interface Options {
  receiver?: Receiver;
  lines?: string[];
  dataDirectory?: string;
}

/** A device with two closed windows that wait, and a receiver that does not know yet. */
async function withBacklog(t: TestContext, { receiver, lines = [], dataDirectory = temporaryFolder(t) }: Options = {}) {
  const clock = new FakeClock();
  const to = receiver ?? (await Receiver.start(t));
  const logger = { level: 'trace', stream: { write: (line: string) => void lines.push(line) } };
  const uplink = { url: `${to.url}?secret=in-the-query`, token: TOKEN };
  const { app } = await buildTestApp(t, { sensors: [AIR], uplink }, { clock, logger, dataDirectory });
  for (let window = 0; window < 2; window++) {
    await app.collector.tick();
    await clock.advance(300_000);
  }
  await clock.advance(10_000);
  await app.windowCloser.tick();
  const get = async () => (await app.inject('/api/uplink')).json();
  /** A flush a second behind the one before it: the pace of requests is the clock's. */
  const flush = async () => {
    await clock.advance(1000);
    return app.inject(FLUSH);
  };
  return { app, clock, receiver: to, get, flush };
}

test('without an address the uplink is off, and keeps no backlog', async (t) => {
  const { app } = await buildTestApp(t, { sensors: [AIR] });
  await app.collector.tick();
  const { saving, ...rest } = (await app.inject('/api/uplink')).json();
  assert.deepEqual(rest, {
    ...{ state: 'off', url: null, backlog: { items: 0, bytes: 0, oldest_age_s: null } },
    ...{ hours_until_full: null, last_success: null, last_error: null, next_try: null, refusing: null, set_aside: [] },
    set_aside_count: 0,
  });
  assert.deepEqual([saving.readings, saving.items_sent, saving.requests], [1, 0, 0]);
  const refused = await app.inject(FLUSH);
  assert.deepEqual([refused.statusCode, refused.json().error.includes('EDGE_UPLINK_URL')], [409, true]);
});

test('what waits is shown with its size and age, and how long there is room', async (t) => {
  const { get, clock } = await withBacklog(t);
  const { state, backlog, hours_until_full } = await get();
  assert.ok(hours_until_full > 1000 && Number.isInteger(hours_until_full), String(hours_until_full));
  assert.deepEqual([state, backlog.items], ['idle', 2]);
  assert.ok(backlog.bytes > 400 && backlog.bytes < 1000);
  await clock.advance(60_000);
  assert.equal((await get()).backlog.oldest_age_s, backlog.oldest_age_s + 60);
});

test('where the disk has less room than the limit of the database, that is how long there is room', async (t) => {
  const { app, get } = await withBacklog(t);
  const { hours_until_full: usual } = await get();
  const { store } = app;
  const ask = store.ask.bind(store) as (operation: string, argument: object) => Promise<unknown>;
  t.mock.method(store, 'ask', async (operation: string, argument: object) =>
    operation === 'room' ? 5 * 2 ** 20 : ask(operation, argument),
  );
  const { hours_until_full: hours } = await get();
  assert.ok(hours > 0 && hours < usual / 50, `${hours} of ${usual} hours`);
});

test('a flush sends, and answers with what it came to', async (t) => {
  const { flush, receiver, clock, get } = await withBacklog(t);
  const flushed = await flush();
  assert.equal(flushed.statusCode, 200);
  const { state, backlog, last_success, saving } = flushed.json();
  assert.deepEqual(
    [state, backlog, last_success],
    ['idle', { items: 0, bytes: 0, oldest_age_s: null }, new Date(clock.now()).toISOString()],
  );
  assert.deepEqual([saving.readings, saving.items_sent, saving.requests], [2, 2, 1]);
  assert.ok(saving.reading_bytes > 400 && saving.bytes_sent > 200, JSON.stringify(saving));
  assert.deepEqual([receiver.items.size, receiver.requests[0]?.token], [2, `Bearer ${TOKEN}`]);
  assert.deepEqual((await flush()).json(), await get(), 'nothing left: nothing sent');
  assert.equal(receiver.attempts, 1);
});

test('a flush that fails says why and when the next try is, and loses nothing', async (t) => {
  const { flush, receiver, clock } = await withBacklog(t);
  receiver.judge = () => ({ status: 503, headers: { 'retry-after': '120' } });
  const { state, backlog, last_error, next_try } = (await flush()).json();
  assert.deepEqual([state, backlog.items], ['waiting', 2]);
  assert.match(last_error.error, /503/);
  const wait = Date.parse(next_try) - clock.now();
  assert.ok(wait >= 120_000 && wait < 125_000, 'not before the receiver wants it');
});

test('a receiver that does not accept the token pauses the uplink', async (t) => {
  const { flush, receiver } = await withBacklog(t);
  receiver.judge = () => ({ status: 401 });
  assert.equal((await flush()).json().state, 'paused');
  receiver.judge = () => undefined;
  const { state, backlog } = (await flush()).json();
  assert.deepEqual([state, backlog.items], ['idle', 0]);
});

test('what the receiver refuses is set aside and listed, and the rest is sent', async (t) => {
  const { flush, receiver, get } = await withBacklog(t);
  const poison = 'pi/air/2026-11-23T10:00:00.000Z/0';
  receiver.judge = ({ items }) =>
    items.some(({ id }) => id === poison) ? { status: 422, body: 'no such sensor' } : undefined;
  for (let round = 0; round < 5; round++) {
    await flush();
  }
  const { backlog, set_aside } = await get();
  assert.deepEqual([backlog.items, set_aside.length, set_aside[0].id], [0, 1, poison]);
  assert.match(set_aside[0].reason, /422/);
  assert.equal(receiver.items.size, 1);
});

test('neither the token nor the query of the address is shown or logged, whatever happens', async (t) => {
  const lines: string[] = [];
  const { app, flush, receiver, get } = await withBacklog(t, { lines });
  const seen: unknown[] = [];
  const url = receiver.url;
  for (const status of [503, 401, 302, 200]) {
    receiver.judge = () => ({ status });
    seen.push((await flush()).json(), await get(), (await app.inject('/api/health')).json());
  }
  await receiver.close();
  await flush();
  const all = JSON.stringify(seen) + lines.join('');
  assert.ok(seen.length > 0 && lines.length > 0);
  assert.doesNotMatch(all, /secret/);
  assert.equal((await get()).url, url);
});

test('a flush asks for the key', async (t) => {
  const { app, receiver } = await withBacklog(t);
  assert.equal((await app.inject({ method: 'POST', url: '/api/uplink/flush' })).statusCode, 401);
  assert.equal(receiver.attempts, 0);
});
