import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { aGreenhouse } from './a-greenhouse.ts';

const BODIES = 20_000;
/** Reading everything back is dear: after every so many accepted writes, and after each of the first ones. */
const LOOK_EVERY = 20;

const words = <T>(...values: T[]) => fc.constantFrom(...values);
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
  words<unknown>('on', 'none', 'gone', '__proto__', null, -1, -0, 0.001, 1e308),
);
const amount = fc.oneof(fc.double({ min: 0.01, max: 600, noNaN: true }), fc.integer({ min: 1, max: 600 }));
const onOff = words('on', 'off');

const limit = fc
  .tuple(words('above', 'below'), fc.integer({ min: -20, max: 60 }))
  .map(([name, at]) => ({ [name]: at }));
const consequence = fc
  .tuple(words('vent', 'heater'), onOff, fc.option(onOff), fc.option(onOff))
  .map(([output, ...actions]) => {
    const [first, otherwise, silent] = actions.map((action) => (action === null ? undefined : { output, action }));
    return { ...{ otherwise, when_stale: silent }, ...Object.fromEntries([['then', first]]) };
  });
const rule = fc
  .tuple(words('air_temp_c', 'soil_temp_c'), limit, fc.option(consequence), amount, fc.boolean())
  .map(([sensor, at, then, seconds, waits]) => {
    const members = { sensor, ...at, ...then, ...(waits && { for_s: seconds, hysteresis: seconds }) };
    return then === null ? { ...members, alert: 'warning' } : members;
  });
const command = fc
  .tuple(words('on', 'off', 'toggle', 'auto'), fc.option(amount), fc.option(amount))
  .map(([action, duration, hold]) => ({
    action,
    ...(duration !== null && { duration_s: duration }),
    ...(hold !== null && { hold_s: hold }),
  }));

/** A body as it should be, or with one member that is not, or not one at all. */
function orBroken(usual: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  const names = ['sensor', 'above', 'below', 'for_s', 'then', 'when_stale', 'alert', 'action', 'duration_s', 'more'];
  const broken = fc.tuple(usual, words(...names), odd).map(([body, name, value]) => ({ ...body, [name]: value }));
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 4, arbitrary: broken }, { weight: 1, arbitrary: odd });
}

const id = fc.oneof(
  { weight: 6, arbitrary: words('vent', 'heater', 'a', 'b') },
  { weight: 1, arbitrary: words('A', '..', '%00', 'constructor', '%f0%9f%94%a5') },
  { weight: 1, arbitrary: fc.webSegment() },
);
const at = (folder: string) => id.map((name) => `/api/${folder}/${name}`);

type Request = ['PUT' | 'POST' | 'DELETE', string, unknown];
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.tuple(words('PUT' as const), at('rules'), orBroken(rule)),
  fc.tuple(words('POST' as const), at('outputs'), orBroken(command)),
  fc.tuple(words('POST' as const), words('/api/led', '/api/alerts/1/ack', '/api/alerts/x/ack'), orBroken(command)),
  fc.tuple(words('DELETE' as const), at('rules'), fc.constant(undefined)),
);

const reads = ['/api/health', '/api/rules', '/api/outputs', '/api/alerts', '/api/outputs/vent/history', '/api/status'];

test(`${BODIES} made-up commands never meet a fault of ours, and after those that are taken all can be read`, async (t) => {
  const { start, clock } = aGreenhouse(t);
  const { app, send, read, get } = await start();
  const seen = new Map<number, number>();
  let taken = 0;
  for (const [method, url, body] of fc.sample(request, { numRuns: BODIES, seed: 20261124 })) {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const answer = await send(method, url, payload);
    seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1);
    assert.ok(answer.statusCode < 500, `${method} ${url} ${payload}: ${answer.body}`);
    if (answer.statusCode >= 300) continue;
    taken += 1;
    if (taken > LOOK_EVERY && taken % LOOK_EVERY > 0) continue;
    await clock.advance(1000);
    await read(String(20 + (taken % 40)));
    for (const path of reads) {
      const { statusCode, body: text } = await app.inject(path);
      assert.equal(statusCode, 200, `${path} after ${method} ${url} ${payload}: ${text}`);
    }
  }
  assert.ok(
    (seen.get(200) ?? 0) > 500 && (seen.get(201) ?? 0) > 50 && (seen.get(204) ?? 0) > 20,
    JSON.stringify([...seen]),
  );
  assert.ok((await get('/api/rules')).rules.every(({ state }: { state: string }) => state !== 'disabled'));
  t.diagnostic(`answers by status: ${JSON.stringify(Object.fromEntries(seen))}`);
});
