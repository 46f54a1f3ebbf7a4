import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
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
const POISON = 'pi/air/2026-11-23T10:00:00.000Z/0';
const RETRY = { method: 'POST', url: '/api/uplink/set-aside/retry', headers: withKey } as const;
const FLUSH = { method: 'POST', url: '/api/uplink/flush', headers: withKey } as const;

/** A device whose receiver refuses the first window; as many windows as are asked for wait. */
async function aDevice(t: TestContext, windows: number) {
  const clock = new FakeClock();
  const receiver = await Receiver.start(t);
  const { app } = await buildTestApp(t, { sensors: [AIR], uplink: { url: receiver.url } }, { clock });
  receiver.judge = ({ items }) =>
    items.some(({ id }) => id === POISON) ? { status: 422, body: 'no such sensor' } : undefined;
  for (let window = 0; window < windows; window++) {
    await app.collector.tick();
    await clock.advance(300_000);
  }
  await clock.advance(10_000);
  await app.windowCloser.tick();
  const get = async (url: string) => (await app.inject(url)).json();
  const flush = async (times: number) => {
    for (let n = 0; n < times; n++) {
      await clock.advance(1000);
      await app.inject(FLUSH);
    }
    await clock.advance(10_000);
    await app.inject('/api/uplink');
  };
  return { app, receiver, get, flush };
}

test('the only item that waits is kept while it is refused, and health says why', async (t) => {
  const { receiver, get, flush } = await aDevice(t, 1);
  await flush(5);
  const { state, refusing, backlog, set_aside_count: count } = await get('/api/uplink');
  assert.deepEqual([state, backlog.items, count], ['paused', 1, 0]);
  assert.match(refusing, /answered 422. It says: no such sensor/);
  const { status, reasons } = await get('/api/health');
  assert.equal(status, 'degraded');
  assert.match(reasons.join(), /refuses all that it is offered; it is kept and tried again: .*no such sensor/);
  receiver.judge = () => undefined;
  await flush(1);
  assert.equal(receiver.items.size, 1);
  assert.doesNotMatch((await get('/api/health')).reasons.join(), /refuse/);
});

test('a dead letter shows in health, and is sent again when somebody asks for it', async (t) => {
  const { app, receiver, get, flush } = await aDevice(t, 2);
  await flush(5);
  const { set_aside: setAside, set_aside_count: count } = await get('/api/uplink');
  assert.deepEqual([setAside.length, setAside[0].id, count], [1, POISON, 1]);
  const health = await get('/api/health');
  assert.deepEqual([health.status, health.uplink.set_aside], ['degraded', 1]);
  assert.match(health.reasons.join(), /Set aside.*: 1 items.*set-aside\/retry.*no such sensor/);

  const none = await app.inject({ ...RETRY, payload: { ids: ['pi/air/never/0'] } });
  assert.deepEqual([none.statusCode, none.json()], [200, { requeued: 0 }]);
  receiver.judge = () => undefined;
  const one = await app.inject({ ...RETRY, payload: { ids: [POISON] } });
  assert.deepEqual([one.statusCode, one.json()], [200, { requeued: 1 }]);
  await flush(1);
  assert.ok(receiver.items.has(POISON));
  assert.doesNotMatch((await get('/api/health')).reasons.join(), /refuse/);
});

test('without a body all of it is sent again; the key is asked for, and anything else is refused', async (t) => {
  const { app, receiver, flush } = await aDevice(t, 2);
  await flush(5);
  assert.equal((await app.inject({ method: 'POST', url: RETRY.url })).statusCode, 401);
  for (const payload of [{ id: POISON }, { ids: [] }, { ids: POISON }, []]) {
    assert.equal((await app.inject({ ...RETRY, payload })).statusCode, 400, JSON.stringify(payload));
  }
  receiver.judge = () => undefined;
  assert.deepEqual((await app.inject(RETRY)).json(), { requeued: 1 });
  await flush(1);
  assert.equal(receiver.items.size, 2);
});

test('the document says that the body can be left out', async (t) => {
  const { app } = await buildTestApp(t);
  const { paths } = (await app.inject('/docs/json')).json();
  const { required, content } = paths[RETRY.url].post.requestBody;
  assert.deepEqual([required, content['application/json'].schema.type], [false, 'object']);
});

test('where nothing goes upstream there is nothing to send again', async (t) => {
  const { app } = await buildTestApp(t, { sensors: [AIR] });
  assert.equal((await app.inject(RETRY)).statusCode, 409);
});
