import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { buildTestApp } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { audit } from './audit.ts';
import { report } from './figures.ts';
import { goodRows, openCopy } from './recovered.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const WINDOW_MS = 5 * MINUTE_MS;
const INTERVAL_MS = 20 * MINUTE_MS;
const DAYS = 14;
const ROUNDS = (DAYS * DAY_MS) / INTERVAL_MS;
/** When it was really switched on. */
const SWITCHED_ON = Date.parse('2026-11-09T10:00:00Z');
const BEFORE_THAT = Date.parse('2020-01-01');
const SENSORS = ['air', 'soil'].map((id, seed) => {
  return { id, kind: 'simulated', unit: '°C', mean: 20, amplitude: 5, period_s: 3600, noise: 1, seed } as const;
});

/** Two weeks that begin in 1970; then the time comes, and everything goes upstream. */
async function twoWeeks(t: TestContext, trust: 'timesyncd' | 'always') {
  const receiver = await Receiver.start(t);
  const clock = new FakeClock(MINUTE_MS);
  const [root, dataDirectory] = [temporaryFolder(t), temporaryFolder(t)];
  const { app } = await buildTestApp(
    t,
    {
      ...{ device: { id: 'pi' }, clock: { trust }, sensors: SENSORS, store: { keep_readings_days: 60 } },
      uplink: { url: receiver.url },
    },
    { clock, root, dataDirectory },
  );
  for (let round = 0; round < ROUNDS; round++) {
    await app.collector.tick();
    await clock.advance(INTERVAL_MS);
  }
  await app.windowCloser.tick();
  await app.uplink.flush();
  const early = receiver.items.size;
  clock.step(SWITCHED_ON + DAYS * DAY_MS - clock.now());
  const flag = join(root, 'run/systemd/timesync/synchronized');
  mkdirSync(dirname(flag), { recursive: true });
  writeFileSync(flag, '');
  const untilSynchronised = async () => {
    await clock.advance(1000);
    return app.timekeeping.trusted;
  };
  await eventually(untilSynchronised);
  await app.collector.tick();
  await clock.advance(2 * WINDOW_MS); // the window of the last round ends
  await eventually(async () => {
    await clock.advance(1000);
    await app.windowCloser.tick();
    await app.uplink.flush();
    const { readings } = (await app.uplink.describe()).saving;
    return (await app.uplink.describe()).backlog.items === 0 && readings >= (ROUNDS + 1) * SENSORS.length;
  }, 60_000);
  await app.close();
  const rows = goodRows(openCopy(t, dataDirectory));
  return { early, rows, faults: audit(rows, receiver, WINDOW_MS), counts: receiver.countsBySensor() };
}

test('two weeks in 1970 go upstream at their true time when it is known at last, and not before', async (t) => {
  const { early, rows, faults, counts } = await twoWeeks(t, 'timesyncd');
  assert.equal(early, 0);
  assert.deepEqual(faults, []);
  assert.equal(rows.length, (ROUNDS + 1) * SENSORS.length);
  const counted = [...counts.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(counted, rows.length);
  for (const { id } of SENSORS) {
    const instants = rows.filter(({ sensor }) => sensor === id).map(({ at }) => at - SWITCHED_ON);
    // The guess of the start is rounded to milliseconds, and so is the truth.
    for (const [round, at] of instants.slice(0, -1).entries())
      assert.ok(Math.abs(at - round * INTERVAL_MS) <= 1, `round ${round} of ${id} is at ${at}`);
  }
  report(t, {
    fault: `wall clock: the first sync after ${DAYS} days`,
    how: 'the whole server with a clock by hand: a start in 1970, readings every 20 minutes, then the flag of timesyncd',
    seen: `nothing upstream before; ${counted} of ${rows.length} readings in summaries afterwards, each at its true time`,
  });
});

test('negative control: where the clock is always trusted, they go upstream as 1970', async (t) => {
  const { early, rows } = await twoWeeks(t, 'always');
  const wrong = rows.filter(({ at }) => at < BEFORE_THAT).length;
  assert.ok(early > 0 && wrong > 0);
  report(t, {
    fault: `negative control of it: clock always trusted for ${DAYS} days`,
    how: 'the same without waiting for the first sync',
    seen: `${wrong} of ${rows.length} readings stay in 1970, ${early} summaries of 1970 went upstream`,
  });
});
