import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { type Fault, type Received, Receiver } from '../support/receiver.ts';
import { API_KEY } from '../support/server.ts';
import { audit } from './audit.ts';
import { Device, getJson } from './device.ts';
import { report } from './figures.ts';
import { goodRows, openCopy } from './recovered.ts';

interface Uplink {
  state: string;
  backlog: { items: number };
  set_aside: { id: string; reason: string }[];
}

const PHASE_MS = 4000;
const RETRY_AFTER_S = 3;

test('429, a storm of 503, 413 and a poisoned item cost nothing but time, and 401 pauses', async (t) => {
  const receiver = await Receiver.start(t);
  const device = new Device(t, { upstream: receiver.url });
  const { url, kill } = await device.start();
  const uplink = () => getJson<Uplink>(`${url}/api/uplink`);
  /** How often the server tries while the receiver answers so. */
  async function triesWith(judge: (received: Received) => Fault | undefined): Promise<number> {
    const before = receiver.attempts;
    receiver.judge = judge;
    await pause(PHASE_MS);
    return receiver.attempts - before;
  }
  await eventually(() => receiver.items.size > 5, 20_000);

  const slowDown = await triesWith(() => ({ status: 429, headers: { 'retry-after': String(RETRY_AFTER_S) } }));
  assert.ok(slowDown <= 1 + PHASE_MS / 1000 / RETRY_AFTER_S + 1, `${slowDown} tries`);
  const storm = await triesWith(() => ({ status: 503 }));
  assert.ok(storm <= PHASE_MS / 500, `${storm} tries`);
  const tooLarge = await triesWith(({ items }) => (items.length > 1 ? { status: 413 } : undefined));
  assert.ok(tooLarge <= PHASE_MS / 500 + 1, `${tooLarge} tries`);

  let poison: string | undefined;
  const isPoison = ({ items }: Received) => {
    poison ??= items.find(({ kind }) => kind === 'summary')?.id;
    return items.some(({ id }) => id === poison) ? { status: 400, body: 'nonsense' } : undefined;
  };
  receiver.judge = isPoison;
  await eventually(async () => (await uplink()).set_aside.length > 0, 60_000);
  const { set_aside: setAside } = await uplink();
  assert.deepEqual(
    setAside.map(({ id }) => id),
    [poison],
  );
  assert.match(setAside[0]?.reason ?? '', /answered 400. It says: nonsense/);
  const poisoned = receiver.requests.filter(({ items }) => items.length === 1 && items[0]?.id === poison).length;
  assert.ok(poisoned >= 3 && poisoned <= 9, `${poisoned} times alone, around an acceptance, and never again`);

  const unauthorised = await triesWith(() => ({ status: 401 }));
  assert.equal(unauthorised, 1);
  assert.equal((await uplink()).state, 'paused');

  receiver.judge = () => undefined;
  const flushed = await request(`${url}/api/uplink/flush`, { method: 'POST', headers: { 'x-api-key': API_KEY } });
  await flushed.body.dump();
  await eventually(async () => (await uplink()).backlog.items < 10, 60_000);
  await kill();
  await device.settle();
  const rows = goodRows(openCopy(t, device.data));
  const faults = audit(rows, receiver).filter((fault) => !isAbout(fault, poison ?? ''));
  assert.deepEqual(faults, []);
  report(t, {
    fault: '429 with Retry-After, 503 storm, 413, one poisoned item, 401',
    how: `the receiver answers so for ${PHASE_MS / 1000} s each`,
    seen:
      `${slowDown}, ${storm} and ${tooLarge} tries; the poisoned item set aside after ${poisoned} tries alone; 401: ${unauthorised} try, then paused; ` +
      `all other windows arrived once`,
  });
});

/** The window of an item that was set aside cannot have arrived. */
function isAbout(fault: string, id: string): boolean {
  const [, sensor = '', start = ''] = id.split('/');
  return fault.startsWith(`${sensor} ${start} `);
}
