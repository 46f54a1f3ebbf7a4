import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { systemClock } from '../../src/clock.ts';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { UplinkClient } from '../../src/uplink/client.ts';
import { RawTraffic } from '../../src/uplink/saving.ts';
import { eventually } from '../support/eventually.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seeded } from '../uplink/seeded.ts';
import { report } from './figures.ts';

const BEGIN = Date.parse('2026-11-23T00:00:00Z');
const DAY_S = 86_400;
const TOKEN = '0123456789abcdef0123456789abcdef'; // as long as the one that is assumed in a raw request
const WINDOW_S = 300;

for (const sensors of [['air_temp_c'], ['air_temp_c', 'soil_temp_c', 'leaf_temp_c', 'water_temp_c', 'box_temp_c']]) {
  test(`${sensors.length} sensors at one reading a second go upstream as 288 summaries each a day`, (t) =>
    aDay(t, sensors));
}

async function aDay(t: TestContext, sensors: readonly string[]): Promise<void> {
  const receiver = await Receiver.start(t);
  const database = openDatabase(join(temporaryFolder(t), 'edge.db'));
  t.after(() => database.close());
  database.pragma('synchronous = OFF'); // sizes are measured here, not the disk
  const store = storeOperations(database, WINDOW_S * 1000);
  const client = new UplinkClient({ url: receiver.url, token: TOKEN, timeoutMs: 5000, clock: systemClock });
  const raw = new RawTraffic();
  const random = seeded(1);
  let bytes = 0;
  for (let second = 0; second < DAY_S; second += WINDOW_S) {
    const rows = Array.from({ length: WINDOW_S * sensors.length }, (_, index) => {
      const name = sensors[index % sensors.length] ?? '';
      const at = BEGIN + (second + Math.floor(index / sensors.length)) * 1000;
      const value = Number((20 + random()).toFixed(1));
      raw.count(name, value, at);
      return { kind: 'sensor', name, at, value, quality: 'good', simulated: false, run: 0 } as const;
    });
    store.commit({ rows, again: false });
    const now = BEGIN + (second + WINDOW_S + 10) * 1000;
    store.closeWindows({
      now,
      device: 'greenhouse-1',
      units: Object.fromEntries(sensors.map((name) => [name, '°C'])),
      upstream: true,
    });
    const batch = store.nextBatch({ lane: 'summary', maxItems: 50, device: 'greenhouse-1' });
    assert.ok(batch);
    const sent = await client.send(batch, AbortSignal.timeout(10_000));
    assert.equal(sent.outcome.kind, 'accepted');
    bytes += sent.bytes;
    store.acknowledge({ batch: batch.id });
  }
  await client.close();
  await eventually(() => receiver.bytesRead > 0); // counted when the connection is closed
  assert.equal(receiver.bytesRead, bytes);
  assert.equal(receiver.items.size, (sensors.length * DAY_S) / WINDOW_S);
  for (const name of sensors) assert.equal(receiver.countsBySensor().get(name), DAY_S);
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;
  report(t, {
    fault: `no fault: a day of ${sensors.length} ${sensors.length === 1 ? 'sensor' : 'sensors'}`,
    how: 'one reading a second each; HTTP with heads and a token, against one POST for each reading',
    seen:
      `${receiver.items.size} items of ${raw.readings} (${share(receiver.items.size, raw.readings)}); ` +
      `${bytes} bytes of ${raw.bytes} (${share(bytes, raw.bytes)})`,
  });
}
