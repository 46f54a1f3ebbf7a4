import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { withKey } from '../support/server.ts';
import { Device, getJson, type Life, SENSORS } from './device.ts';
import { report } from './figures.ts';
import { hasStrace, stalledFrom } from './tools.ts';

const STALL_MS = 60_000;
/** Behind the start, which is a fault of its own. */
const FIRST_STALLED = 40;
const CLIENT_TIMEOUT_MS = 1500;
const SEEN_WITHIN_MS = 10_000;
const ANSWERED_WITHIN_MS = 2000;
const EXIT_WITHIN_MS = 5000;
const GIVEN_UP_AFTER_MS = 5000;
const CONTROL = ['--import', new URL('./waits-for-the-disk.ts', import.meta.url).href];
const HEAT = { sensor: SENSORS[0], above: 1000, alert: 'warning' };

interface Health {
  status: string;
  store: { pending_rows: number; status: string };
}

/** A device whose card has taken no row for longer than any of its rounds lasts. */
async function stalledDevice(t: TestContext, node: readonly string[] = []): Promise<Life> {
  const life = await new Device(t, {}).start({ under: stalledFrom(FIRST_STALLED, STALL_MS), node });
  const { child } = life;
  t.after(() => {
    // Its last thread goes when the minute is over, which nobody waits for.
    child.kill('SIGKILL');
    child.unref();
    for (const pipe of [child.stdout, child.stderr]) pipe?.destroy();
  });
  const pending = async () => (await getJson<Health>(`${life.url}/api/health`)).store.pending_rows;
  await eventually(async () => (await pending()) >= 10 * SENSORS.length, 60_000);
  return life;
}

async function ask(life: Life, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) {
  const begin = performance.now();
  const signal = AbortSignal.timeout(GIVEN_UP_AFTER_MS);
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const headers = { ...withKey, ...sent.headers };
  const answer = await request(`${life.url}${path}`, { method, signal, ...sent, headers });
  const text = await answer.body.text();
  const { statusCode: status, headers: heard } = answer;
  return { status, retryAfter: heard['retry-after'], tookMs: performance.now() - begin, text };
}

const secondsOf = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** What is left of a process that has ended is a thread that the system call, or strace, does not let go. */
function isEnded({ child }: Life): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function exitOf(life: Life, withinMs: number): Promise<{ tookMs: number; status: string }> {
  const begin = performance.now();
  life.child.kill('SIGTERM');
  const ended = eventually(() => isEnded(life), withinMs).then(
    () => 'ended',
    () => 'still there',
  );
  return { status: await ended, tookMs: performance.now() - begin };
}

test('a card that stalls for a minute keeps no client waiting, shows in the health and does not hold up the end', async (t) => {
  if (!hasStrace(t)) return;
  const life = await stalledDevice(t);
  const begin = performance.now();
  await eventually(
    async () => (await getJson<Health>(`${life.url}/api/health`)).store.status === 'failing',
    SEEN_WITHIN_MS,
  );
  const seenMs = performance.now() - begin;

  const states: string[] = [];
  for (let presses = 0; presses < 3; presses++) {
    const { status, tookMs, text } = await ask(life, 'POST', '/api/led', { action: 'toggle' });
    assert.ok(status === 200 && tookMs < CLIENT_TIMEOUT_MS, `${status} after ${tookMs} ms`);
    states.push((JSON.parse(text) as { led_state: string }).led_state);
  }
  assert.deepEqual(states, ['on', 'off', 'on']);

  const needStore = [
    await ask(life, 'GET', `/api/sensors/${SENSORS[0]}/readings`),
    await ask(life, 'GET', `/api/sensors/${SENSORS[0]}/summaries`),
    await ask(life, 'GET', '/api/outputs/led/history'),
    await ask(life, 'GET', '/api/alerts'),
    await ask(life, 'GET', '/api/rules/none/history'),
    await ask(life, 'GET', '/api/uplink'),
    await ask(life, 'PUT', '/api/rules/heat', HEAT),
    await ask(life, 'DELETE', '/api/rules/heat'),
    await ask(life, 'POST', '/api/alerts/1/ack'),
  ];
  for (const { status, retryAfter, tookMs } of needStore) {
    assert.deepEqual([status, retryAfter], [503, '5']);
    assert.ok(tookMs < ANSWERED_WITHIN_MS, `${tookMs} ms`);
  }
  for (const path of ['/api/status', '/api/readings', '/api/rules', '/api/outputs', '/api/sensors']) {
    const { status, tookMs } = await ask(life, 'GET', path);
    assert.ok(status === 200 && tookMs < 1000, `${path}: ${status} after ${tookMs} ms`);
  }

  const end = await exitOf(life, 20_000);
  assert.equal(end.status, 'ended');
  report(t, {
    fault: 'every fsync takes 60 s, in the middle of work',
    how: `strace delays every fsync and fdatasync from the ${FIRST_STALLED}th on; then requests, then SIGTERM`,
    seen:
      `health says so within ${secondsOf(seenMs)} of the first rows that wait; 3 toggles switch 3 times; what needs the ` +
      `store is a 503 within ${secondsOf(Math.max(...needStore.map(({ tookMs }) => tookMs)))}; ended ${secondsOf(end.tookMs)} after SIGTERM`,
  });
  assert.ok(end.tookMs < EXIT_WITHIN_MS, secondsOf(end.tookMs));
});

test('negative control: a server that waits for its card keeps a client waiting, says healthy and outlives SIGTERM', async (t) => {
  if (!hasStrace(t)) return;
  const life = await stalledDevice(t, CONTROL);
  await assert.rejects(ask(life, 'GET', '/api/alerts'), { name: 'TimeoutError' });
  assert.equal((await getJson<Health>(`${life.url}/api/health`)).store.status, 'ok');
  const { status } = await exitOf(life, EXIT_WITHIN_MS + 1000);
  report(t, {
    fault: 'negative control of it: a server that waits for its card',
    how: 'the same without a limit to the waiting',
    seen: `a read has no answer after ${secondsOf(GIVEN_UP_AFTER_MS)}, health says nothing, SIGTERM: ${status} after ${secondsOf(EXIT_WITHIN_MS + 1000)}`,
  });
  assert.equal(status, 'still there');
});
