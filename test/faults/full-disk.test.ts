import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { API_KEY } from '../support/server.ts';
import { Device, getJson, type Life, SENSORS } from './device.ts';
import { aSmallDisk, failEveryWrite, health, isWell, spillOver } from './disks.ts';
import { report } from './figures.ts';
import { goodRows, integrity, openCopy } from './recovered.ts';
import { hasStrace } from './tools.ts';

const START_LIMIT_MS = 10_000;
/** Half of the time between two rounds: what was taken before the clock was trusted is moved by less. */
const SAME_ROUND_MS = 50;

interface Round {
  timestamp: string;
}
const roundsInMemory = async ({ url }: Life) =>
  (await getJson<{ readings: Round[] }>(`${url}/api/readings?limit=1000`)).readings;

/** Rounds that are not on the disk. */
function missing(rounds: readonly Round[], database: Database): Round[] {
  const stored = goodRows(database).map(({ at }) => at);
  const isStored = (time: number) => stored.some((at) => Math.abs(at - time) < SAME_ROUND_MS);
  return rounds.filter(({ timestamp }) => !isStored(Date.parse(timestamp)));
}

test('a disk that fills up under the server costs no reading, no answer and no restart', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('a small disk needs root, to mount it');
  const folder = aSmallDisk(t);
  const life = await new Device(t, { data: folder }).start();
  const filler = join(folder, 'filler');
  spillOver(filler);
  const began = performance.now();
  await eventually(async () => (await health(life)).status === 'degraded', 30_000);
  const noticedMs = performance.now() - began;
  assert.ok(noticedMs < 10_000, `${noticedMs} ms`);
  assert.match((await health(life)).reasons.join(), /cannot be stored.*full/);

  // What is written in place goes on for a while on a full disk.
  await eventually(async () => (await health(life)).store.pending_rows > 10, 30_000);
  assert.equal((await command(life)).statusCode, 200);
  assert.equal(await promise(life), 507);
  const readings = await roundsInMemory(life);

  rmSync(filler);
  const freed = performance.now();
  await eventually(async () => (await health(life)).store.pending_rows < 10, 30_000);
  const backMs = performance.now() - freed;
  await life.kill();
  assert.deepEqual(missing(readings, openCopy(t, folder)), []);
  report(t, {
    fault: 'disk full',
    how: 'a tmpfs of 8 MB filled to the last byte under the server, and freed again',
    seen: `degraded after ${Math.round(noticedMs)} ms, well ${Math.round(backMs)} ms after it was freed; 0 of ${readings.length} rounds lost`,
  });
});

test('a server starts on a disk that is full or read-only, switches its outputs, and stores when it can', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('a small disk needs root, to mount it');
  const folder = aSmallDisk(t);
  const device = new Device(t, { data: folder });
  await (await device.start()).kill();
  const faults: Record<string, [() => void, () => void]> = {
    'read-only': [
      () => execFileSync('mount', ['-o', 'remount,ro', folder]),
      () => execFileSync('mount', ['-o', 'remount,rw', folder]),
    ],
    full: [() => spillOver(join(folder, 'filler')), () => rmSync(join(folder, 'filler'))],
  };
  const seen: string[] = [];
  for (const [fault, [breakDisk, mendDisk]] of Object.entries(faults)) {
    breakDisk();
    const life = await device.start();
    assert.ok(life.startMs < START_LIMIT_MS);
    assert.equal((await health(life)).status, 'degraded', fault);
    assert.equal((await command(life)).statusCode, 200);
    assert.equal(await promise(life), fault === 'full' ? 507 : 503);
    const readings = await roundsInMemory(life);
    mendDisk();
    const mended = performance.now();
    await eventually(async () => isWell(await health(life)), 30_000);
    seen.push(
      `${fault}: start ${Math.round(life.startMs)} ms, well ${Math.round(performance.now() - mended)} ms after`,
    );
    await life.kill();
    assert.ok(readings.length > 0);
    assert.deepEqual(missing(readings, openCopy(t, folder)), [], fault);
  }
  report(t, {
    fault: 'start on a disk that takes nothing',
    how: 'a tmpfs that is read-only, then one that is full, mended under the server',
    seen: seen.join('; '),
  });
});

function command({ url }: Life) {
  const headers = { 'content-type': 'application/json', 'x-api-key': API_KEY };
  return request(`${url}/api/led`, { method: 'POST', headers, body: '{"action":"toggle"}' });
}

const RULE = `{"sensor":"${SENSORS[0]}","above":30,"then":{"output":"led","action":"on"}}`;

/** Status of a write whose answer would promise that it is on disk. */
async function promise({ url }: Life): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-api-key': API_KEY };
  const { statusCode, body } = await request(`${url}/api/rules/hot`, { method: 'PUT', headers, body: RULE });
  await body.dump();
  return statusCode;
}

test('a disk that gives input/output errors costs no reading, no answer and no restart', async (t) => {
  if (!hasStrace(t)) return;
  const device = new Device(t, {});
  const life = await device.start();
  const mend = failEveryWrite(t, life);
  const began = performance.now();
  await eventually(async () => (await health(life)).status === 'degraded', 30_000);
  const noticedMs = performance.now() - began;
  assert.ok(noticedMs < 10_000, `${noticedMs} ms`);
  await pause(1000);
  assert.equal((await command(life)).statusCode, 200);
  assert.equal(await promise(life), 503);
  const readings = await roundsInMemory(life);

  mend();
  const mended = performance.now();
  await eventually(async () => isWell(await health(life)), 30_000);
  const backMs = performance.now() - mended;
  await life.kill();
  const copy = openCopy(t, device.data);
  assert.deepEqual(missing(readings, copy), []);
  assert.equal(integrity(copy), 'ok');
  report(t, {
    fault: 'input/output errors',
    how: 'strace lets every write and fsync of the running server fail with EIO',
    seen: `degraded after ${Math.round(noticedMs)} ms, well ${Math.round(backMs)} ms after the last error; 0 of ${readings.length} rounds lost`,
  });
});
