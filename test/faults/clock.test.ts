import assert from 'node:assert/strict';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { audit } from './audit.ts';
import { Device, getJson, type Life, SENSORS } from './device.ts';
import { ms, report } from './figures.ts';
import { goodRows, openCopy } from './recovered.ts';
import { isThere } from './tools.ts';

const DAY_S = 86_400;
const PHASE_MS = 2000;
/** Steps of the wall clock in seconds against the true time, one after the other. */
const STEPS = [0, 1, 0, -1, 0, DAY_S, 0, -DAY_S, 0, 14 * DAY_S, 0];

const TWO_WEEKS_S = 14 * DAY_S;

const to1970 = () => 60 - Math.floor(Date.now() / 1000);
const BEFORE_TODAY = Date.parse('2020-01-01');

/** A wall clock to be turned. The monotonic one is left alone, as a step of the time leaves it alone. */
function turnable(t: TestContext) {
  const folder = temporaryFolder(t);
  const file = join(folder, 'offset');
  const turn = (seconds: number) => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}`);
    renameSync(`${file}.new`, file);
  };
  const env = {
    LD_PRELOAD: ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
      .map((directory) => `${directory}/faketime/libfaketimeMT.so.1`)
      .filter((library) => existsSync(library))
      .join(':'),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { turn, env };
}

/** What says that the clock is right, for a server that trusts chrony alone. */
function aChrony(t: TestContext) {
  const folder = temporaryFolder(t);
  const flag = join(folder, 'synchronised');
  const line = 'C0A80001,192.168.0.1,3,1.0,0,0,0,0,0,0,0,0,0,Normal';
  const script = `#!/bin/sh\n[ -e ${flag} ] && echo '${line}' || echo '00000000,,0,0,0,0,0,0,0,0,0,0,0,Not synchronised'\n`;
  writeFileSync(join(folder, 'chronyc'), script, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  return { env, synchronise: () => writeFileSync(flag, '') };
}

async function newestTimestamp({ url }: Life): Promise<string> {
  const { readings } = await getJson<{ readings: { timestamp: string }[] }>(`${url}/api/readings?limit=1`);
  return readings[0]?.timestamp ?? '';
}

const hasFaketime = (t: TestContext) =>
  isThere(t, ['faketime', '-f', '+1d', 'true'], 'faketime is not there: apt-get install faketime');

/** Ends a life in order; answers the rounds that it took. */
async function stop(life: Life): Promise<number> {
  const { collector } = await getJson<{ collector: { ticks: number } }>(`${life.url}/api/health`);
  life.child.kill('SIGTERM');
  await life.exit;
  return collector.ticks;
}

test('a start in 1970 and steps of the clock lose, double and mix nothing', async (t) => {
  if (!hasFaketime(t)) return;
  const receiver = await Receiver.start(t);
  const device = new Device(t, { upstream: receiver.url });
  const { turn, env } = turnable(t);
  let rounds = 0;

  turn(to1970());
  const early = await device.start({ env: { ...env, EDGE_CLOCK_TRUST: 'timesyncd' } });
  await pause(PHASE_MS);
  assert.match(await newestTimestamp(early), /^1970/);
  rounds += await stop(early);
  assert.equal(receiver.items.size, 0, 'nothing goes upstream before the time is known');

  turn(0);
  const life = await device.start({ env });
  for (const step of STEPS) {
    turn(step);
    await pause(PHASE_MS);
  }
  rounds += await stop(life);
  turn(15 * DAY_S); // every window that was ever opened is over
  await device.settle({ env });

  const rows = goodRows(openCopy(t, device.data));
  assert.deepEqual(audit(rows, receiver), []);
  assert.ok(
    rows.every(({ at }) => at > Date.parse('2020-01-01')),
    'no reading stays in 1970',
  );
  const counted = [...receiver.countsBySensor().values()].reduce((sum, count) => sum + count, 0);
  // A round that falls between the last look at the counter and the end is stored as well; the last life takes one.
  const taken = (rounds + 1) * SENSORS.length;
  assert.equal(counted, rows.length);
  assert.ok(counted >= taken && counted <= taken + 2 * 2 * SENSORS.length, `${counted} of ${taken} readings`);
  report(t, {
    fault: 'wall clock',
    how: 'faketime: a life in 1970, first sync at the next start, steps of 1 s, 1 day and 14 days, both ways',
    seen: `sum of counts upstream ${counted} = ${rows.length} readings stored, ${taken} or a round more taken; no window twice`,
  });
});

test('a first sync two weeks later, while it runs, moves everything to its true time and lets it go upstream', async (t) => {
  if (!hasFaketime(t)) return;
  const receiver = await Receiver.start(t);
  const device = new Device(t, { upstream: receiver.url });
  const { turn, env } = turnable(t);
  const chrony = aChrony(t);

  turn(to1970());
  const life = await device.start({ env: { ...env, ...chrony.env, EDGE_CLOCK_TRUST: 'chrony' } });
  await pause(2 * PHASE_MS);
  assert.match(await newestTimestamp(life), /^1970/);
  assert.equal(receiver.items.size, 0, 'nothing goes upstream before the time is known');
  turn(TWO_WEEKS_S);
  await pause(PHASE_MS); // the clock is right, and nobody has said so yet
  assert.match(await newestTimestamp(life), /^1970/);
  assert.equal(receiver.items.size, 0);
  chrony.synchronise();
  const synchronised = performance.now();
  await eventually(() => receiver.items.size > 0, 20_000);
  const upstreamMs = performance.now() - synchronised;
  await pause(PHASE_MS);
  const rounds = await stop(life);
  turn(TWO_WEEKS_S + 60);
  await device.settle({ env });

  const rows = goodRows(openCopy(t, device.data));
  assert.deepEqual(audit(rows, receiver), []);
  const began = Date.now() + TWO_WEEKS_S * 1000 - 10 * 60_000;
  assert.ok(
    rows.every(({ at }) => at > began),
    'no reading stays in 1970',
  );
  const counted = [...receiver.countsBySensor().values()].reduce((sum, count) => sum + count, 0);
  const taken = (rounds + 1) * SENSORS.length;
  assert.equal(counted, rows.length);
  assert.ok(counted >= taken && counted <= taken + 2 * SENSORS.length, `${counted} of ${taken} readings`);
  report(t, {
    fault: 'wall clock: the first sync while it runs',
    how: 'faketime: a start in 1970, set two weeks ahead of today in the same life, and known to be right two seconds later',
    seen:
      `nothing upstream before, the first summary ${ms(upstreamMs)} after; sum of counts upstream ${counted} = ` +
      `${rows.length} readings stored, ${taken} or a round more taken, none in 1970; no window twice`,
  });
});

test('negative control: where the clock is always trusted, a start in 1970 goes upstream as 1970', async (t) => {
  if (!hasFaketime(t)) return;
  const receiver = await Receiver.start(t);
  const device = new Device(t, { upstream: receiver.url });
  const { turn, env } = turnable(t);
  turn(to1970());
  const life = await device.start({ env });
  await pause(2 * PHASE_MS);
  await life.kill();
  const wrong = goodRows(openCopy(t, device.data)).filter(({ at }) => at < BEFORE_TODAY).length;
  assert.ok(wrong > 0 && receiver.items.size > 0);
  report(t, {
    fault: 'negative control of it: clock always trusted',
    how: 'the same start in 1970 without waiting for the first sync',
    seen: `${wrong} readings stay in 1970, ${receiver.items.size} summaries of 1970 went upstream`,
  });
});
