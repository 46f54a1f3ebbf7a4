import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { WINDOW_MS } from '../store/a-store.ts';
import { type Fault, type Item, Receiver } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { TIMEOUT_MS } from '../uplink/wire.ts';
import { audit } from './audit.ts';
import { deliveryFaults } from './delivery.ts';
import { report } from './figures.ts';
import { goodRows } from './recovered.ts';
import { aSendingDevice, hasty, READINGS_A_WINDOW } from './sending-device.ts';

const SENSORS = ['air_temp_c', 'humidity', 'cpu_temp_c'];
const WINDOWS = 530;
const FAULTS: readonly (Fault | 'reset')[] = ['reply-lost', 'reply-truncated', 'reset'];

type Spoil = Parameters<typeof aSendingDevice>[1]['spoil'];

/** Breaks three of ten requests, each in one of three ways. */
function breaking(receiver: Receiver, random: () => number) {
  const broken = { 'reply-lost': 0, 'reply-truncated': 0, reset: 0 };
  let fault: Fault | undefined;
  receiver.reset = () => {
    const drawn = random() < 0.3 ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
    if (drawn !== undefined) broken[drawn as keyof typeof broken] += 1;
    fault = drawn === 'reset' ? undefined : drawn;
    return drawn === 'reset';
  };
  receiver.judge = () => fault;
  return broken;
}

/** Everything is measured, and then goes out over a connection that breaks. */
async function deliver(t: TestContext, receiver: Receiver, windows: number, spoil?: Spoil) {
  const random = seeded(20261123);
  const options = { url: receiver.url, sensors: SENSORS, random, maxBatch: 7, timeoutMs: TIMEOUT_MS };
  const device = aSendingDevice(t, { ...options, ...(spoil && { spoil }) });
  for (let n = 0; n < windows; n++) device.measure(n);
  device.alert();
  const broken = breaking(receiver, random);
  device.uploader.start();
  await device.sender.runUntil(() => device.waiting() === 0);
  await device.uploader.stop();
  const faults = deliveryFaults(device.made, { items: [...receiver.items.values()], requests: receiver.requests });
  return { device, broken, faults };
}

test('replies lost, cut or reset in 30 % of 300 requests lose nothing, double nothing and change no byte', async (t) => {
  const receiver = await Receiver.start(t);
  const { device, broken, faults } = await deliver(t, receiver, WINDOWS);

  const brokenOnes = Object.values(broken).reduce((sum, n) => sum + n, 0);
  assert.ok(receiver.attempts >= 300);
  assert.ok(brokenOnes > 0.25 * receiver.attempts && Math.min(...Object.values(broken)) > 10);
  assert.ok(receiver.duplicates > 0, 'replies that were lost made items come again');
  assert.deepEqual(faults, []);
  assert.deepEqual(audit(goodRows(device.database), receiver, WINDOW_MS), []);
  for (const sensor of SENSORS) assert.equal(receiver.countsBySensor().get(sensor), WINDOWS * READINGS_A_WINDOW);
  report(t, {
    fault: 'replies lost, cut off, connections reset in the body',
    how: `the receiver breaks ${brokenOnes} of ${receiver.attempts} requests; database, uploader and HTTP client with a clock by hand`,
    seen:
      `0 of ${WINDOWS * SENSORS.length} windows lost, 0 doubled; ${receiver.duplicates} items came again, ` +
      'retried bodies byte-identical',
  });
});

test('negative control: without waiting for the answer windows are lost, without ids they are doubled', async (t) => {
  const { faults: lost } = await deliver(t, await Receiver.start(t), 50, hasty);
  const missing = lost.filter((fault) => fault.endsWith('is missing'));
  assert.ok(missing.length > 0);

  const forgetful = await Receiver.start(t);
  const kept: Item[] = [];
  t.mock.method(forgetful, 'store', (items: readonly Item[]) => void kept.push(...items));
  const { device } = await deliver(t, forgetful, 50);
  const doubled = deliveryFaults(device.made, { items: kept, requests: forgetful.requests });
  assert.ok(doubled.filter((fault) => /was kept \d times/.test(fault)).length > 10);
  report(t, {
    fault: 'negative control of it: an outbox that does not wait, a receiver that does not know ids',
    how: 'the same faults over 50 windows',
    seen: `${missing.length} of ${device.made.length} items lost; ${doubled.length} kept more than once`,
  });
});
