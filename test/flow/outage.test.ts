import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver, type Summary } from '../support/receiver.ts';
import { buildTestApp } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WINDOW_MS = 300_000;
const INTERVAL_MS = 10_000;
const HOURS = 12;
const WINDOWS = (HOURS * 3_600_000) / WINDOW_MS;
const SENSORS = ['air', 'soil'].map((id, index) => {
  return {
    id,
    kind: 'simulated',
    unit: '°C',
    mean: 20 + 1e6 * index,
    amplitude: 5,
    period_s: 3600,
    noise: 1,
    seed: index,
  } as const;
});

type App = Awaited<ReturnType<typeof buildTestApp>>['app'];
interface Row {
  name: string;
  at: number;
  value: number;
}

/** Lives through some time: a round every interval, and a look at the windows and upstream after each window. */
async function live(app: App, clock: FakeClock, hours: number): Promise<void> {
  for (let passed = 0; passed < hours * 3_600_000; passed += INTERVAL_MS) {
    await app.collector.tick();
    await clock.advance(INTERVAL_MS);
    if (clock.now() % WINDOW_MS !== INTERVAL_MS) continue;
    await app.windowCloser.tick();
    await app.uplink.flush();
  }
}

/** Sends until nothing waits, at the pace of the clock. */
async function drain(app: App, clock: FakeClock): Promise<void> {
  for (let round = 0; round < 50; round++) {
    await clock.advance(1000);
    await app.uplink.flush();
    if ((await app.uplink.describe()).backlog.items === 0) return;
  }
  assert.fail('the backlog does not end');
}

/** What a window comes to, from the raw rows alone and by the schoolbook. */
function recompute(rows: readonly Row[], sensor: string, start: number) {
  const values = rows
    .filter(({ name, at }) => name === sensor && at >= start && at < start + WINDOW_MS)
    .map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const stdev = Math.sqrt(squares / (values.length - 1));
  return { count: values.length, mean, stdev, min: Math.min(...values), max: Math.max(...values) };
}

function rawRows(dataDirectory: string): Row[] {
  const database = openDatabase(`${dataDirectory}/edge.db`);
  const rows = database
    .prepare<[], Row>(`SELECT name, at, value FROM reading JOIN series ON series.id = series WHERE kind = 'sensor'`)
    .all();
  database.close();
  return rows;
}

function assertClose(sent: Summary, expected: ReturnType<typeof recompute>): void {
  assert.equal(sent.count, expected.count);
  for (const member of ['mean', 'min', 'max', 'stdev'] as const) {
    const difference = Math.abs(Number(sent[member]) - expected[member]);
    assert.ok(difference <= 1e-9 * Math.max(1, Math.abs(expected[member])), `${sent.id} ${member}: ${difference}`);
  }
}

async function start(t: TestContext, url: string, clock: FakeClock, dataDirectory: string): Promise<App> {
  const changes = { device: { id: 'pi' }, sensors: SENSORS, uplink: { url, timeout_s: 10 } };
  return (await buildTestApp(t, changes, { clock, dataDirectory })).app;
}

test('twelve hours without a receiver, and a restart in the middle: every window arrives once and in order', async (t) => {
  const receiver = await Receiver.start(t);
  const { url, port } = receiver;
  await receiver.close();
  const clock = new FakeClock();
  const begin = clock.now();
  const dataDirectory = temporaryFolder(t);

  const first = await start(t, url, clock, dataDirectory);
  await live(first, clock, HOURS / 2 + 0.04); // in the middle of a window
  assert.equal((await first.uplink.describe()).state, 'waiting');
  await first.close();
  const second = await start(t, url, clock, dataDirectory);
  await live(second, clock, HOURS / 2);
  await second.windowCloser.tick();
  assert.equal((await second.uplink.describe()).backlog.items, 2 * WINDOWS);

  const back = await Receiver.start(t, { port });
  await drain(second, clock);
  const arrived = [...back.items.values()] as Summary[];
  const { readings } = (await second.inject('/api/uplink')).json().saving;
  await second.close();

  assert.deepEqual([back.items.size, back.duplicates, back.brokenKeys], [2 * WINDOWS, 0, []]);
  const rows = rawRows(dataDirectory);
  assert.ok(rows.length >= readings);
  for (const { id } of SENSORS) {
    const ofSensor = arrived.filter(({ sensor }) => sensor === id);
    const starts = ofSensor.map(({ window_start }) => Date.parse(window_start));
    assert.deepEqual(
      starts,
      Array.from({ length: WINDOWS }, (_, window) => begin + window * WINDOW_MS),
    );
    for (const summary of ofSensor) {
      assert.equal(summary.revision, 0);
      assertClose(summary, recompute(rows, id, Date.parse(summary.window_start)));
    }
  }
  t.diagnostic(`${rows.length} readings, ${arrived.length} items in ${back.requests.length} requests`);
});
