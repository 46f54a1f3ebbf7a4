import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Fault, Receiver } from '../support/receiver.ts';
import { anAlert, summaries } from '../uplink/items.ts';
import { anUploader } from '../uplink/running-uploader.ts';
import { seeded } from '../uplink/seeded.ts';
import { aClient, WatchedSender } from '../uplink/wire.ts';
import { report } from './figures.ts';

const SENSORS = ['air_temp_c', 'humidity', 'cpu_temp_c'];
const WINDOWS = 500;
const FAULTS: readonly (Fault | 'reset')[] = ['reply-lost', 'reply-truncated', 'reset'];

it('replies lost, cut or reset in 30 % of 300 requests lose nothing, double nothing and change no byte', async (t) => {
  const receiver = await Receiver.start(t);
  const random = seeded(20261123);
  const { uploader, outbox, sender } = anUploader({
    maxBatch: 7,
    random,
    sender: (fakeClock) => new WatchedSender(aClient(t, receiver.url, { clock: fakeClock }), fakeClock),
  });
  const broken = { 'reply-lost': 0, 'reply-truncated': 0, reset: 0 };
  let fault: Fault | undefined;
  receiver.reset = () => {
    const drawn = random() < 0.3 ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
    if (drawn !== undefined) broken[drawn as keyof typeof broken] += 1;
    fault = drawn === 'reset' ? undefined : drawn;
    return drawn === 'reset';
  };
  receiver.judge = () => fault;

  const items = Array.from({ length: WINDOWS }, (_, n) =>
    SENSORS.map((sensor) => summaries(1, { sensor, from: n })),
  ).flat(2);
  outbox.add(...items, anAlert());
  uploader.start();
  await sender.runUntil(() => outbox.size === 0);
  await uploader.stop();

  const brokenOnes = Object.values(broken).reduce((sum, n) => sum + n, 0);
  assert.ok(receiver.attempts >= 300);
  assert.ok(brokenOnes > 0.25 * receiver.attempts && Math.min(...Object.values(broken)) > 10);
  assert.ok(receiver.duplicates > 0, 'replies that were lost made items come again');
  assert.deepEqual([...receiver.items.values()].filter(({ kind }) => kind === 'summary').length, items.length);
  assert.deepEqual(receiver.brokenKeys, []);
  for (const sensor of SENSORS) {
    const arrived = [...receiver.items.values()].filter((item) => item.sensor === sensor && item.kind === 'summary');
    assert.deepEqual(
      arrived,
      items.filter((item) => item.sensor === sensor),
      'each window once, oldest first',
    );
    assert.equal(receiver.countsBySensor().get(sensor), WINDOWS * 30);
  }
  report(t, {
    fault: 'replies lost, cut off, connections reset in the body',
    how: `the receiver breaks ${brokenOnes} of ${receiver.attempts} requests; uploader and HTTP client with a clock by hand`,
    seen: `0 of ${items.length} windows lost, 0 doubled; ${receiver.duplicates} items came again, retried bodies byte-identical`,
  });
});
