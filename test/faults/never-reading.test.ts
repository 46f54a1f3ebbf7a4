import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { Device, getJson, type Life } from './device.ts';
import { report } from './figures.ts';

const CONNECTIONS = 60;
const REQUESTS = 450;
const LIMIT_MB = 40;
const FOR_MS = 6_000;
const CONTROL_MS = 30_000;
const LOOK_EVERY_MS = 50;
const ONE_BYTE_EVERY_MS = 1000;
const WITHOUT_GATE = ['--import', new URL('./without-gate.ts', import.meta.url).href];
const ROUTES = [
  'GET /docs/json',
  'GET /api/readings?limit=1000',
  'GET /docs/static/swagger-ui-bundle.js',
  'HEAD /docs/json',
  'GET /nothing',
];

/** Resident memory of a process in MB; undefined where it is gone. */
function residentMb({ child }: Life): number | undefined {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Connections of so many addresses, of which every second one reads a byte a second and the others nothing at all. */
function crowd(t: TestContext, { url }: Life, addresses: number): void {
  const { hostname: host, port } = new URL(url);
  for (let count = 0; count < CONNECTIONS; count++) {
    const localAddress = `127.0.1.${1 + (count % addresses)}`;
    const socket: Socket = connect({ ...{ host, port: Number(port), localAddress } });
    const reading = setInterval(() => void socket.read(1), ONE_BYTE_EVERY_MS);
    if (count % 2 === 0) clearInterval(reading);
    t.after(() => clearInterval(reading));
    t.after(() => socket.destroy());
    socket.on('error', () => {}).on('readable', () => {});
    socket.write(`${ROUTES[count % ROUTES.length]} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(REQUESTS));
  }
}

/** A server that has answered each route, so that what it needs for that is not counted as growth. */
async function readyServer(t: TestContext, node: readonly string[] = []): Promise<Life> {
  const life = await new Device(t, {}).start({ node });
  for (const route of ROUTES) {
    const [method = '', path = ''] = route.split(' ');
    await (await request(`${life.url}${path}`, { method: method as 'GET' | 'HEAD' })).body.dump();
  }
  await pause(1000);
  return life;
}

/** How far the memory grows beyond what it was; Infinity where the process ends. */
async function growth(life: Life, restMb: number, forMs: number, isEnough = (_mb: number) => false): Promise<number> {
  const end = performance.now() + forMs;
  let most = 0;
  while (performance.now() < end && !isEnough(most)) {
    await pause(LOOK_EVERY_MS);
    most = Math.max(most, (residentMb(life) ?? Number.POSITIVE_INFINITY) - restMb);
  }
  return most;
}

const HOW =
  `${CONNECTIONS} connections, half of them reading a byte a second and the others nothing, each with ${REQUESTS} requests ` +
  `for ${ROUTES.join(', ')}`;

for (const addresses of [1, CONNECTIONS]) {
  test(`answers that nobody takes cost little memory, asked for from ${addresses} addresses`, async (t) => {
    const life = await readyServer(t);
    const restMb = residentMb(life) ?? Number.NaN;
    crowd(t, life, addresses);
    const most = await growth(life, restMb, FOR_MS);
    await getJson(`${life.url}/api/health`);
    await life.kill();
    report(t, {
      fault: `answers that nobody takes, asked for from ${addresses} ${addresses === 1 ? 'address' : 'addresses'}`,
      how: HOW,
      seen: `resident memory at most ${most.toFixed(1)} MB above ${restMb.toFixed(1)} MB, in ${FOR_MS / 1000} s`,
    });
    assert.ok(most < LIMIT_MB, `${most} MB more`);
  });
}

test('negative control: without the gate, answers that nobody takes fill the memory', async (t) => {
  const life = await readyServer(t, WITHOUT_GATE);
  const restMb = residentMb(life) ?? Number.NaN;
  crowd(t, life, 1);
  const begin = performance.now();
  const most = await growth(life, restMb, CONTROL_MS, (mb) => mb > 1.25 * LIMIT_MB);
  const tookS = ((performance.now() - begin) / 1000).toFixed(1);
  await life.kill();
  report(t, {
    fault: 'negative control of answers that nobody takes: no gate before the HTTP server',
    how: 'the same from one address',
    seen: Number.isFinite(most) ? `${most.toFixed(0)} MB more after ${tookS} s` : `ended after ${tookS} s`,
  });
  assert.ok(most > LIMIT_MB, `${most} MB more`);
});
