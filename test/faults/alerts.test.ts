import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Receiver } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { type Alert, alertFaults, storedAlerts } from './alert-audit.ts';
import { aSensor, Device, getJson, SENSORS } from './device.ts';
import { report } from './figures.ts';
import { integrity, openCopy } from './recovered.ts';
import { troubled } from './witness.ts';

const CYCLES = 20;
const LONGEST_LIFE_MS = 2000;
const LOOK_EVERY_MS = 40;

const NODE_THAT_FORGETS = ['--import', new URL('./forgets-what-it-hands-out.ts', import.meta.url).href];

/** A sensor that goes through the threshold all the time. */
const flapping = {
  sensors: [...SENSORS.map(aSensor), { ...aSensor('wobble', 9), period_s: 0.7 }],
  alerts: { max_per_hour: 3600 },
  rules: [
    {
      ...{ id: 'flapping', sensor: 'wobble', above: 20, alert: 'critical' },
      // biome-ignore lint/suspicious/noThenProperty: the rule's word
      ...{ then: { output: 'led', action: 'on' }, otherwise: { output: 'led', action: 'off' } },
    },
  ],
};

/** Every alert that the API has shown, as it was shown last. */
async function watch(url: string, seen: Map<number, Alert>, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const page = await getJson<{ alerts: Alert[] }>(`${url}/api/alerts?limit=100`).catch(() => undefined);
    if (page === undefined) return; // killed
    for (const alert of page.alerts) seen.set(alert.id, alert);
    await pause(LOOK_EVERY_MS);
  }
}

/** Some lives of a device that raises and clears alerts, each of them killed. */
async function liveAndDie(t: TestContext, cycles: number, node: readonly string[] = []) {
  const random = seeded(7);
  const receiver = await Receiver.start(t);
  troubled(receiver, random);
  const device = new Device(t, { upstream: receiver.url, more: flapping });
  const seen = new Map<number, Alert>();
  for (let cycle = 0; cycle < cycles; cycle++) {
    const life = await device.start({ node });
    const over = new AbortController();
    const watching = watch(life.url, seen, over.signal);
    await pause(random() * LONGEST_LIFE_MS);
    await life.kill();
    over.abort();
    await watching;
  }
  receiver.judge = () => undefined;
  await device.settle({ node });
  const database = openCopy(t, device.data);
  assert.equal(integrity(database), 'ok');
  const stored = storedAlerts(database);
  const faults = alertFaults({ seen: seen.values(), stored, items: receiver.items.values() });
  return { receiver, seen, stored, faults };
}

test('kill -9 at random moments loses no alert that was raised, doubles none, and leaves none open that is over', async (t) => {
  const { receiver, seen, stored, faults } = await liveAndDie(t, CYCLES);
  assert.deepEqual(faults, []);
  assert.deepEqual(receiver.brokenKeys, []);
  assert.ok(seen.size > CYCLES, `${seen.size} alerts were seen`);
  const arrived = [...receiver.items.values()].filter(({ kind }) => kind === 'alert').length;
  report(t, {
    fault: 'kill -9 while alerts are raised and cleared',
    how: `${CYCLES} lives of up to ${LONGEST_LIFE_MS / 1000} s; every fifth answer lost, cut off or a 503`,
    seen:
      `0 of ${seen.size} alerts seen by a client lost; ${stored.length} episodes at the receiver as they are on disk, ` +
      `in ${arrived} items, ${receiver.duplicates} of which came again`,
  });
});

test('negative control: an outbox that forgets what it hands out loses alerts', async (t) => {
  const { stored, faults } = await liveAndDie(t, CYCLES, NODE_THAT_FORGETS);
  const lost = faults.filter((fault) => /did not arrive|is over at/.test(fault));
  assert.ok(lost.length > 0);
  report(t, {
    fault: 'negative control of it: an outbox that forgets what it hands out',
    how: `the same ${CYCLES} lives`,
    seen: `${lost.length} of ${stored.length} episodes not at the receiver as they are on disk, such as “${lost[0]}”`,
  });
});
