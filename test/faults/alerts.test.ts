import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Receiver } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { aSensor, Device, getJson, SENSORS } from './device.ts';
import { report } from './figures.ts';
import { integrity, openCopy } from './recovered.ts';
import { troubled } from './witness.ts';

const CYCLES = 20;
const LONGEST_LIFE_MS = 2000;
const LOOK_EVERY_MS = 40;

interface Alert {
  id: number;
  rule: string;
  raised_at: string;
  cleared_at: string | null;
}

/** A sensor that goes through the threshold all the time. */
const flapping = {
  sensors: [...SENSORS.map(aSensor), { ...aSensor('wobble', 9), period_s: 0.7 }],
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

test('kill -9 at random moments loses no alert that was raised, doubles none, and leaves none open that is over', async (t) => {
  const random = seeded(7);
  const receiver = await Receiver.start(t);
  troubled(receiver, random);
  const device = new Device(t, { upstream: receiver.url, more: flapping });
  const seen = new Map<number, Alert>();
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const life = await device.start();
    const over = new AbortController();
    const watching = watch(life.url, seen, over.signal);
    await pause(random() * LONGEST_LIFE_MS);
    await life.kill();
    over.abort();
    await watching;
  }
  receiver.judge = () => undefined;
  await device.settle();

  const database = openCopy(t, device.data);
  assert.equal(integrity(database), 'ok');
  const time = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;
  const stored = database
    .prepare<[], Alert & { revision: number }>(
      `SELECT id, rule, ${time('raised_at')} AS raised_at, ${time('cleared_at')} AS cleared_at, revision FROM alert ORDER BY id`,
    )
    .all();
  const byId = new Map(stored.map((alert) => [alert.id, alert]));
  for (const { id, raised_at, cleared_at } of seen.values()) {
    assert.equal(byId.get(id)?.raised_at, raised_at, `alert ${id} was shown and is gone`);
    if (cleared_at !== null) assert.equal(byId.get(id)?.cleared_at, cleared_at, `alert ${id} was over`);
  }
  for (const [index, alert] of stored.entries()) {
    const before = stored[index - 1];
    assert.ok(
      before === undefined || (before.cleared_at ?? '~') <= alert.raised_at,
      `two episodes at once: ${alert.id}`,
    );
  }
  const arrived = [...receiver.items.values()].filter(({ kind }) => kind === 'alert');
  const newest = new Map(
    arrived.toSorted((a, b) => Number(a.revision) - Number(b.revision)).map((item) => [item.raised_at, item]),
  );
  assert.deepEqual(
    [...newest.values()].map(({ raised_at, cleared_at }) => `${raised_at} ${cleared_at}`).toSorted(),
    stored.map(({ raised_at, cleared_at }) => `${raised_at} ${cleared_at}`),
  );
  assert.deepEqual(receiver.brokenKeys, []);
  assert.ok(seen.size > CYCLES, `${seen.size} alerts were seen`);
  report(t, {
    fault: 'kill -9 while alerts are raised and cleared',
    how: `${CYCLES} lives of up to ${LONGEST_LIFE_MS / 1000} s; every fifth answer lost, cut off or a 503`,
    seen:
      `0 of ${seen.size} alerts seen by a client lost; ${stored.length} episodes at the receiver as they are on disk, ` +
      `in ${arrived.length} items, ${receiver.duplicates} of which came again`,
  });
});
