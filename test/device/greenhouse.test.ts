import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Item, Receiver, type Summary } from '../support/receiver.ts';
import { becomes, getJson, launch } from './a-server.ts';
import { header, inBench, users } from './bench.ts';

const CONFIG = fileURLToPath(new URL('greenhouse.yaml', import.meta.url));
const VENT = 22;
/** As in greenhouse.yaml. */
const STALE_AFTER_MS = 8000;
/** A read that takes the kernel 1 s may begin just before the wire goes dead; the guest's processor is slow. */
const TOLERANCE_MS = 2500;

/** The wire of the simulated thermometers, the first one of which is in the greenhouse. */
const parameter = (name: 'temp' | 'present', value: string) =>
  writeFileSync(`/sys/module/w1_sim/parameters/${name}`, value);
const thermometer = {
  warmTo: (celsius: number) => parameter('temp', `${Math.round(celsius * 1000)},-5125`),
  plug: (present: boolean) => parameter('present', `${present ? 1 : 0},1`),
};

it('a greenhouse whose uplink is down opens its vent, outlives its thermometer, and reports everything once', {
  ...inBench,
  timeout: 250_000,
}, async (t) => {
  thermometer.warmTo(21);
  t.after(() => {
    thermometer.plug(true);
    thermometer.warmTo(21.5);
  });
  const port = await freePort(); // nobody listens there yet: every connection is refused
  const upstream = { EDGE_UPLINK_URL: `http://127.0.0.1:${port}/ingest`, EDGE_CLOCK_TRUST: 'always' };
  const server = launch(t, users.root(), { EDGE_CONFIG: CONFIG, ...upstream });
  await becomes(t, 'reading', async () => assert.equal((await air()).value, 21), 60_000);
  assert.equal(header.level(VENT), 0);

  for (const celsius of [24, 27, 29.5]) {
    await warm(t, celsius);
    assert.equal(header.level(VENT), 0, `closed at ${celsius} °C`);
  }
  await warm(t, 35);
  assert.equal(header.level(VENT), 1, 'the vent is open by the time that the API shows the value');
  await warm(t, 28.5);
  assert.equal(header.level(VENT), 1, 'open between the limit and the hysteresis');
  await warm(t, 25);
  assert.equal(header.level(VENT), 0, 'closed again');
  const alone = await uplink();
  assert.ok(alone.backlog.items > 0 && alone.last_success === null, JSON.stringify(alone));

  thermometer.plug(false);
  const unplugged = performance.now();
  await becomes(t, 'open', async () => assert.equal(header.level(VENT), 1), STALE_AFTER_MS + TOLERANCE_MS);
  t.diagnostic(`open ${((performance.now() - unplugged) / 1000).toFixed(1)} s after the thermometer was unplugged`);
  assert.equal((await air()).stale, true);

  const receiver = await Receiver.start(t, { port });
  const drained = async () => {
    const { items } = (await uplink()).backlog;
    assert.ok(items === 0 && receiver.items.size > 0, `${items} items wait`);
  };
  await becomes(t, 'drained', drained, 60_000);
  const kinds = receiver.requests.map(({ items: [first] }) => first?.kind);
  assert.equal(kinds[0], 'alert', `alerts find the network again: ${kinds}`);
  const items = [...receiver.items.values()];
  const alerts = items.filter(({ kind }) => kind === 'alert');
  assert.deepEqual(alerts.map(phase), ['threshold raised', 'threshold cleared', 'stale raised']);
  assert.equal(new Set(alerts.slice(0, 2).map(({ raised_at }) => raised_at)).size, 1, 'one episode');
  t.diagnostic(`${receiver.requests.length} requests brought ${items.length} items, ${alerts.length} of them alerts`);

  server.child.kill('SIGTERM');
  assert.equal(await server.exited, 0, server.errors());
  assert.equal(header.level(VENT), 0, 'safe at the end');
  const windows = items.filter((item): item is Summary => item.kind === 'summary');
  assert.ok(windows.length > 0);
  assert.equal(new Set(windows.map(({ window_start, sensor }) => `${sensor} ${window_start}`)).size, windows.length);
  assert.deepEqual([receiver.duplicates, receiver.brokenKeys], [0, []]);
});

function phase({ cause, cleared_at }: Item): string {
  return `${cause} ${cleared_at === null ? 'raised' : 'cleared'}`;
}

const air = () => getJson<{ value: number | null; stale: boolean }>('/api/sensors/air_temp_c');
const uplink = () => getJson<{ backlog: { items: number }; last_success: string | null }>('/api/uplink');

/** The wire gets warmer, and the server knows it. */
async function warm(t: TestContext, celsius: number): Promise<void> {
  thermometer.warmTo(celsius);
  await becomes(t, `${celsius} °C`, async () => assert.equal((await air()).value, celsius), 20_000);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
