import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { Device, type Life } from './device.ts';
import { aSmallDisk, failEveryWrite, health, isWell, spillOver } from './disks.ts';
import { report } from './figures.ts';
import { hasStrace } from './tools.ts';

const SELDOM = { collect: { interval_s: 3600 }, uplink: { window_s: 3600 } };

/** Milliseconds until the health says that the disk fails. */
async function noticedWithin(life: Life): Promise<number> {
  const began = performance.now();
  await eventually(
    async () => (await health(life)).reasons.some((reason) => reason.includes('cannot be stored')),
    20_000,
  );
  return performance.now() - began;
}

test('a disk that begins to fail while nothing is to be written for an hour is seen within ten seconds', async (t) => {
  if (!hasStrace(t)) return;
  const life = await new Device(t, { more: SELDOM }).start();
  await pause(2000);
  assert.equal((await health(life)).status, 'healthy');
  const mend = failEveryWrite(t, life);
  const noticedMs = await noticedWithin(life);
  assert.ok(noticedMs < 10_000, `${noticedMs} ms`);
  mend();
  const mended = performance.now();
  await eventually(async () => isWell(await health(life)), 20_000);
  const backMs = performance.now() - mended;
  await life.kill();
  report(t, {
    fault: 'input/output errors between two readings',
    how: 'the same, with a reading an hour',
    seen: `degraded after ${Math.round(noticedMs)} ms, well ${Math.round(backMs)} ms after the last error`,
  });
});

test('a disk that fills up while nothing is to be written for an hour is seen within ten seconds', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('a small disk needs root, to mount it');
  const folder = aSmallDisk(t);
  const life = await new Device(t, { data: folder, more: SELDOM }).start();
  await pause(2000);
  spillOver(join(folder, 'filler'));
  const noticedMs = await noticedWithin(life);
  assert.ok(noticedMs < 10_000, `${noticedMs} ms`);
  rmSync(join(folder, 'filler'));
  await eventually(async () => isWell(await health(life)), 20_000);
  await life.kill();
  report(t, {
    fault: 'disk full between two readings',
    how: 'a tmpfs filled to the last byte under a server with a reading an hour',
    seen: `degraded after ${Math.round(noticedMs)} ms`,
  });
});
