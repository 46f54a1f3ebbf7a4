import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { buildTestApp } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SENSORS = [
  { id: 'air', kind: 'simulated', unit: '°C', mean: 20, amplitude: 5, period_s: 60, noise: 1, seed: 3 },
] as const;
const MINUTE_MS = 60_000;

/** A device with one window that waits for a receiver, and its health without the parts that are none of it. */
async function aDevice(t: TestContext) {
  const receiver = await Receiver.start(t);
  const clock = new FakeClock();
  const { app } = await buildTestApp(t, { sensors: [...SENSORS], uplink: { url: receiver.url } }, { clock });
  const read = async () => {
    await app.collector.tick(); // nothing is stale
    const { status, reasons, uplink } = (await app.inject('/api/health')).json();
    return { status, reasons, uplink };
  };
  const flush = async () => {
    await clock.advance(1000);
    await app.uplink.flush();
  };
  await app.collector.tick();
  await clock.advance(310_000);
  await app.windowCloser.tick();
  return { app, receiver, clock, read, flush };
}

test('a device without an uplink is healthy, and says that it has none', async (t) => {
  const { app } = await buildTestApp(t, { sensors: [...SENSORS] });
  await app.collector.tick();
  const { status, reasons, uplink, clock } = (await app.inject('/api/health')).json();
  assert.deepEqual([status, reasons], ['healthy', []]);
  assert.deepEqual([uplink, clock], [{ state: 'off', backlog_items: 0, set_aside: 0 }, { trusted: true }]);
});

test('a receiver that is away for five minutes is no fault, and one that is away for longer is', async (t) => {
  const { receiver, clock, read, flush } = await aDevice(t);
  receiver.judge = () => ({ status: 503 });
  await flush();
  await clock.advance(4 * MINUTE_MS);
  const soon = await read();
  assert.deepEqual([soon.status, soon.uplink.state], ['healthy', 'waiting']);
  await clock.advance(2 * MINUTE_MS);
  const later = await read();
  assert.equal(later.status, 'degraded');
  assert.match(later.reasons.join(), /^Nothing gets through upstream since 2026-11-23T10:05:11\.000Z: .*503.*\.$/);
  receiver.judge = () => undefined;
  await flush();
  const { status, reasons, uplink } = await read();
  assert.deepEqual([status, reasons, uplink.state], ['healthy', [], 'idle']);
});

test('a receiver that does not accept the token is said at once', async (t) => {
  const { receiver, read, flush } = await aDevice(t);
  receiver.judge = () => ({ status: 401 });
  await flush();
  const { status, reasons, uplink } = await read();
  assert.deepEqual([status, reasons.length, uplink.state], ['degraded', 1, 'paused']);
  assert.match(reasons[0], /^The uplink is paused: .*401/);
});

test('a clock that is not trusted is a reason where something is to be sent, and none where nothing is', async (t) => {
  const root = temporaryFolder(t);
  const uplink = { url: 'http://localhost:9/ingest' };
  for (const changes of [{ uplink }, {}]) {
    const clock = new FakeClock();
    const { app } = await buildTestApp(
      t,
      { sensors: [...SENSORS], clock: { trust: 'timesyncd' }, ...changes },
      { clock, root },
    );
    await app.collector.tick();
    const { status, reasons, clock: shown } = (await app.inject('/api/health')).json();
    assert.deepEqual([status, shown.trusted], ['uplink' in changes ? 'degraded' : 'healthy', false]);
    assert.match(
      reasons.join(),
      'uplink' in changes ? /^The clock is not trusted yet: it waits for .*clock\.trust/ : /^$/,
    );
  }
  mkdirSync(join(root, 'run/systemd/timesync'), { recursive: true });
  writeFileSync(join(root, 'run/systemd/timesync/synchronized'), '');
  const { app } = await buildTestApp(t, { sensors: [...SENSORS], clock: { trust: 'timesyncd' }, uplink }, { root });
  assert.equal((await app.inject('/api/health')).json().clock.trusted, true);
});

test('health asks the database nothing: what waits is known from memory, and soon right', async (t) => {
  const { app, clock, flush } = await aDevice(t);
  const ask = t.mock.method(app.store, 'ask');
  const waiting = async () => (await app.inject('/api/health')).json().uplink.backlog_items;
  await waiting();
  assert.equal(ask.mock.callCount(), 0);
  await app.inject('/api/uplink');
  assert.equal(await waiting(), 1);
  await flush();
  await clock.advance(10_000);
  await app.store.ask('outboxState', {}); // the thread answers in order
  assert.equal(await waiting(), 0);
});

test('a broken database that was set aside is a reason, with what was saved of it and where it lies', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const file = join(dataDirectory, 'edge.db');
  writeFileSync(file, 'Dear diary, '.repeat(1000));
  const { app } = await buildTestApp(t, { sensors: [...SENSORS] }, { dataDirectory });
  await app.collector.tick();
  const { status, reasons, store } = (await app.inject('/api/health')).json();
  assert.equal(status, 'degraded');
  assert.match(
    reasons.join(),
    /^A broken file of the database was set aside at .* as .*: 0 items for upstream and 0 readings were/,
  );
  assert.ok(reasons[0].includes(store.recovered.file) && store.recovered.file.startsWith(`${file}.broken-`));
});

test('what outputs did while the disk was away for too long is lost, and health says how much', async (t) => {
  const { app } = await buildTestApp(t, { sensors: [...SENSORS] });
  await app.collector.tick();
  const change = { output: 'led', at: 0, monotonic: 0, before: false, after: true, level: null };
  for (let note = 0; note < 10_005; note++) {
    app.recorder.change({ ...change, by: 'api', rule: null, why: 'a test' });
  }
  const { status, reasons } = (await app.inject('/api/health')).json();
  assert.equal(status, 'degraded');
  assert.match(reasons.join(), /^\d+ changes of outputs and alerts since the start are lost/);
});
