import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { Device, getJson, type Life } from './device.ts';
import { report } from './figures.ts';
import { goodRows, openCopy } from './recovered.ts';
import { hasStrace } from './tools.ts';

const TAKES_FAILED_FOR_DONE = ['--import', new URL('./takes-failed-for-done.ts', import.meta.url).href];
const FAILING = '-f -qq -o /dev/null -e trace=pwrite64,fsync,fdatasync -e inject=pwrite64,fsync,fdatasync:error=EIO';
const BROKEN_MS = 2000;
/** What is written in place goes on for a while on a full disk. */
const FULL_MS = 10_000;
const FILL_EVERY_MS = 5;

interface Rounds {
  readings: { timestamp: string }[];
}

/** Lives while the disk fails; answers how many of the rounds that were taken are not on it, and of how many. */
async function live(t: TestContext, data: string | undefined, brokenMs: number, breakDisk: (life: Life) => () => void) {
  const device = new Device(t, data === undefined ? {} : { data });
  const life = await device.start({ node: TAKES_FAILED_FOR_DONE });
  const newest = async () => (await getJson<Rounds>(`${life.url}/api/readings?limit=1`)).readings[0]?.timestamp;
  await pause(500); // some rounds that are stored
  const mendDisk = breakDisk(life);
  await pause(brokenMs);
  const { status } = await getJson<{ status: string }>(`${life.url}/api/health`);
  const { readings } = await getJson<Rounds>(`${life.url}/api/readings?limit=1000`);
  mendDisk();
  const last = await newest();
  await eventually(async () => (await newest()) !== last);
  await pause(1000);
  await life.kill();
  const stored = new Set(goodRows(openCopy(t, device.data)).map(({ at }) => at));
  const lost = readings.filter(({ timestamp }) => !stored.has(Date.parse(timestamp))).length;
  return { status, lost, rounds: readings.length };
}

const lose =
  'negative control: a server that takes a commit that failed for a done one is well, and loses rounds, when';

test(`${lose} the disk is full`, async (t) => {
  if (process.getuid?.() !== 0) return t.skip('a small disk needs root, to mount it');
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8M', 'tmpfs', folder]);
  t.after(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  const filler = join(folder, 'filler');
  const { status, lost, rounds } = await live(t, folder, FULL_MS, () => {
    fill(filler);
    // The server gives room back, which whoever fills the disk takes as well.
    const filling = setInterval(() => fill(filler), FILL_EVERY_MS);
    t.after(() => clearInterval(filling));
    return () => {
      clearInterval(filling);
      rmSync(filler);
    };
  });
  assert.equal(status, 'healthy');
  assert.ok(lost > 0 && lost < rounds, `${lost} of ${rounds}`);
  report(t, {
    fault: 'negative control of a full disk: a commit that failed counts as done',
    how: `the same tmpfs, kept full for ${FULL_MS / 1000} s`,
    seen: `healthy all the time; ${lost} of ${rounds} rounds lost`,
  });
});

test(`${lose} it gives input/output errors`, async (t) => {
  if (!hasStrace(t)) return;
  const { status, lost, rounds } = await live(t, undefined, BROKEN_MS, ({ child }) => {
    const strace = spawn('strace', [...FAILING.split(' '), '-p', String(child.pid)], { stdio: 'ignore' });
    t.after(() => strace.kill());
    return () => void strace.kill('SIGINT');
  });
  assert.equal(status, 'healthy');
  assert.ok(lost > 5 && lost < rounds, `${lost} of ${rounds}`);
  report(t, {
    fault: 'negative control of input/output errors: a commit that failed counts as done',
    how: `the same errors for ${BROKEN_MS / 1000} s`,
    seen: `healthy all the time; ${lost} of ${rounds} rounds lost`,
  });
});

/** Writes until the disk is full. */
function fill(file: string): void {
  try {
    for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
