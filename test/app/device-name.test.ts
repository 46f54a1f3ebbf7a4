import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { buildTestApp, withKey } from '../support/server.ts';

const AIR = {
  id: 'air',
  kind: 'simulated',
  unit: '°C',
  mean: 20,
  amplitude: 5,
  period_s: 60,
  noise: 1,
  seed: 3,
} as const;

/** A device with a closed window that waits, which it then tries to send. */
async function sends(t: TestContext, url: string, uid?: string) {
  const clock = new FakeClock();
  const device = { id: 'greenhouse', ...(uid && { uid }) };
  const { app } = await buildTestApp(t, { sensors: [AIR], uplink: { url } }, { clock, device });
  await app.collector.tick();
  await clock.advance(310_000);
  await app.windowCloser.tick();
  await app.inject({ method: 'POST', url: '/api/uplink/flush', headers: withKey });
  const get = async (path: string) => (await app.inject(path)).json();
  const { backlog, set_aside: setAside } = await get('/api/uplink');
  const { reasons, status, uplink } = await get('/api/health');
  return { name: (await get('/api/status')).device, backlog: backlog.items, setAside, reasons, status, uplink };
}

it('the second of two machines with one name keeps what it has, and its health says why nothing arrives', async (t) => {
  const receiver = await Receiver.start(t);
  const first = await sends(t, receiver.url, 'uid-of-the-first');
  assert.deepEqual([first.name, first.backlog, first.uplink.state], ['greenhouse', 0, 'idle']);
  assert.equal(JSON.parse(receiver.requests[0]?.body ?? '').device_uid, 'uid-of-the-first');

  const second = await sends(t, receiver.url, 'uid-of-the-second');
  assert.deepEqual([second.backlog, second.setAside, second.uplink.state], [1, [], 'paused']);
  assert.equal(second.status, 'degraded');
  assert.match(second.reasons.join(), /uplink is paused: .*another machine sends under this name.*EDGE_DEVICE_ID/);
  assert.equal(receiver.duplicates, 0);

  assert.equal((await sends(t, receiver.url, 'uid-of-the-first')).backlog, 0, 'the first one still arrives');
});

it('a device keeps its name through its update from a release that did not say which machine it is', async (t) => {
  const receiver = await Receiver.start(t);
  for (const uid of [undefined, 'uid-of-it', undefined, 'uid-of-it']) {
    assert.equal((await sends(t, receiver.url, uid)).backlog, 0);
  }
  assert.equal((await sends(t, receiver.url, 'uid-of-another')).backlog, 1);
});
