import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digits, judged } from './figures.ts';
import { built, roundOf } from './filled-store.ts';
import { LARGE_SENSORS } from './large-store.ts';
import type { Answer, Bench, Question } from './question.ts';

const DAY_S = 86_400;
const WINDOW_S = 300;
const BEGIN = Date.parse('2026-11-23T00:00:00Z');
/** As long as the one that a raw request is taken to carry. */
const TOKEN = '0123456789abcdef0123456789abcdef';
const DEVICE = 'greenhouse-1';
const ONE = LARGE_SENSORS.slice(0, 1);
const CASES = [
  { sensors: ONE, windows: 1, atMost: 0.5 },
  { sensors: ONE, windows: 2, atMost: 0.5 },
  { sensors: [...LARGE_SENSORS, 'box_temp_c'], windows: 1, atMost: 0.3 },
];

interface Day {
  readings: number;
  rawBytes: number;
  items: number;
  bytes: number;
}

/** A day through store, windows, outbox and client to a receiver that listens, as fast as it goes, so many windows a request. */
async function aDay({ lifetime, short }: Bench, sensors: readonly string[], windows: number): Promise<Day> {
  const { openDatabase } = await built<typeof import('../../src/store/database.ts')>('database.js');
  const { storeOperations } = await built<typeof import('../../src/store/operations.ts')>('operations.js');
  const { UplinkClient } = await built<typeof import('../../src/uplink/client.ts')>('../uplink/client.js');
  const { RawTraffic } = await built<typeof import('../../src/uplink/saving.ts')>('../uplink/saving.js');
  const receiver = await Receiver.start(lifetime);
  const database = openDatabase(join(temporaryFolder(lifetime), 'edge.db'));
  lifetime.after(() => database.close());
  database.pragma('synchronous = OFF'); // bytes are counted here, and no disk is measured
  const store = storeOperations(database, WINDOW_S * 1000);
  const client = new UplinkClient({ url: receiver.url, token: TOKEN, timeoutMs: 5000, clock: systemClock });
  lifetime.after(() => client.close());
  const raw = new RawTraffic();
  const units = Object.fromEntries(sensors.map((name) => [name, '°C']));
  let bytes = 0;
  for (let second = 0; second < (short ? DAY_S / 24 : DAY_S); second += WINDOW_S) {
    const instants = Array.from({ length: WINDOW_S }, (_, n) => BEGIN + (second + n) * 1000);
    const rows = instants.flatMap((at) => roundOf(sensors, at));
    for (const { name, value, at } of rows) raw.count(name, value, at);
    store.commit({ rows, again: false });
    store.closeWindows({ now: BEGIN + (second + WINDOW_S + 10) * 1000, device: DEVICE, units, upstream: true });
    if ((second / WINDOW_S) % windows !== windows - 1) continue;
    const batch = store.nextBatch({ lane: 'summary', maxItems: 50, device: DEVICE });
    if (batch === null) throw new Error('a window was not closed');
    const sent = await client.send(batch, AbortSignal.timeout(10_000));
    if (sent.outcome.kind !== 'accepted') throw new Error(`a batch was not accepted: ${sent.outcome.kind}`);
    bytes += sent.bytes;
    store.acknowledge({ batch: batch.id });
  }
  return { readings: raw.readings, rawBytes: raw.bytes, items: receiver.items.size, bytes };
}

async function ask(bench: Bench): Promise<Answer> {
  const targets = [];
  const rows: string[][] = [];
  for (const { sensors, windows, atMost } of CASES) {
    const day = await aDay(bench, sensors, windows);
    const sending = windows === 1 ? '' : `, sent every ${(windows * WINDOW_S) / 60} minutes (\`uplink.send_every_s\`)`;
    const [what, share] = [`${sensors.length} at one reading a second${sending}`, (100 * day.bytes) / day.rawBytes];
    targets.push(judged(`${what}: readings for one item`, [day.readings / day.items], { atLeast: WINDOW_S }));
    targets.push(judged(`${what}: bytes against raw bytes`, [share], { atMost, unit: '%' }));
    rows.push([what, digits(day.readings), digits(day.rawBytes), digits(day.items), digits(day.bytes)]);
  }
  return {
    how:
      `${bench.short ? 'An hour' : 'A day'} at one reading a second through store, windows, outbox and client to a receiver. Bytes are HTTP with its ` +
      'heads and a token, against one POST for each reading: the figures that `GET /api/uplink` shows as `saving`.',
    targets,
    tables: [{ head: ['Sensors', 'Readings', 'Raw bytes', 'Items sent', 'Bytes sent'], rows }],
  };
}

export const upstream: Question = { name: 'upstream', title: 'What goes upstream', ask };
