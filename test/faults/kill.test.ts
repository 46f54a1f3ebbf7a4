import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Receiver } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { audit } from './audit.ts';
import { Device } from './device.ts';
import { ms, percentile, report } from './figures.ts';
import { goodRows, integrity, openCopy } from './recovered.ts';
import { troubled, Witness } from './witness.ts';

const CYCLES = 50;
const LONGEST_LIFE_MS = 2000;
const MAX_START_MS = 3000;

test('kill -9 at random moments loses no committed reading and doubles no window', async (t) => {
  const random = seeded(20261123);
  const receiver = await Receiver.start(t);
  troubled(receiver, random);
  const device = new Device(t, { upstream: receiver.url });
  const witness = new Witness();
  const starts: number[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const life = await device.start();
    starts.push(life.startMs);
    const over = new AbortController();
    const watching = witness.watch(life.url, over.signal);
    await pause(random() * LONGEST_LIFE_MS);
    await life.kill();
    over.abort();
    await watching;
    if (cycle % 5 > 0) continue;
    const starting = device.spawn(); // and now and then one that does not even get up
    await pause(random() * life.startMs);
    starting.child.kill('SIGKILL');
    await starting.exit;
  }
  receiver.judge = () => undefined;
  await device.settle();
  const database = openCopy(t, device.data);
  const rows = goodRows(database);
  assert.equal(integrity(database), 'ok');
  assert.deepEqual(witness.missingIn(rows), []);
  assert.deepEqual(audit(rows, receiver), []);
  const windows = [...receiver.summariesBySensor().values()].flat().length;
  assert.ok(witness.readings > CYCLES && windows > CYCLES);
  report(t, {
    fault: 'kill -9 at random moments',
    how: `${CYCLES} lives of up to ${LONGEST_LIFE_MS / 1000} s; every fifth answer lost, cut off or a 503`,
    seen:
      `0 of ${witness.readings} readings seen committed lost; ${windows} windows as recomputed from ${rows.length} raw rows, ` +
      `${receiver.duplicates} items came again; start to 200 p50 ${ms(percentile(starts, 0.5))}, max ${ms(Math.max(...starts))}`,
  });
  assert.ok(Math.max(...starts) < MAX_START_MS);
});
