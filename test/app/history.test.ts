import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';

const ROUNDS = 25;

async function withHistory(t: TestContext) {
  const clock = new FakeClock();
  const begin = clock.now();
  const { app } = await buildTestApp(
    t,
    {
      sensors: [{ id: 'air', kind: 'simulated', unit: '°C', mean: 20, amplitude: 5, period_s: 60, noise: 1, seed: 3 }],
    },
    { clock },
  );
  for (let round = 0; round < ROUNDS; round++) {
    await app.collector.tick();
    await clock.advance(1000);
  }
  await app.store.flush();
  const at = (second: number) => encodeURIComponent(new Date(begin + second * 1000).toISOString());
  const get = async (query: string) => (await app.inject(`/api/sensors/air/readings?${query}`)).json();
  return { app, at, get };
}

test('the pages of a sensor, followed by their cursors, have every reading once and in order', async (t) => {
  const { get } = await withHistory(t);
  for (const order of ['desc', 'asc']) {
    const times: string[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page++) {
      const body = await get(`order=${order}&limit=7${cursor}`);
      assert.equal(body.count, body.readings.length);
      times.push(...body.readings.map((reading: { timestamp: string }) => reading.timestamp));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    assert.equal(new Set(times).size, ROUNDS);
    assert.deepEqual(times, order === 'asc' ? times.toSorted() : times.toSorted().reverse());
  }
});

test('a range has its first instant and not its end', async (t) => {
  const { get, at } = await withHistory(t);
  const { count, readings, next } = await get(`from=${at(5)}&to=${at(8)}&order=asc`);
  assert.equal(count, 3);
  assert.equal(encodeURIComponent(readings[0].timestamp), at(5));
  assert.equal(encodeURIComponent(readings[2].timestamp), at(7));
  assert.equal(next, null);
});

test('a cursor does not lead out of the range', async (t) => {
  const { get, at } = await withHistory(t);
  const first = await get(`from=${at(5)}&to=${at(10)}&limit=3`);
  const second = await get(`from=${at(5)}&to=${at(10)}&limit=3&cursor=${first.next}`);
  assert.deepEqual([first.count, second.count, second.next], [3, 2, null]);
});

test('a page that is just full has no next one behind it', async (t) => {
  const { get } = await withHistory(t);
  assert.equal((await get(`limit=${ROUNDS}`)).next, null);
  assert.notEqual((await get(`limit=${ROUNDS - 1}`)).next, null);
});

for (const query of ['from=yesterday', 'to=1700000000', 'order=up', 'cursor=!!', 'cursor=', 'limit=0', 'page=2']) {
  test(`?${query} is refused`, async (t) => {
    const { app } = await buildTestApp(t);
    assert.equal((await app.inject(`/api/sensors/button/readings?${query}`)).statusCode, 400);
  });
}

for (const times of ['23:59:60Z', '23:59:60%2B00:00']) {
  for (const path of ['sensors/button/readings', 'sensors/button/summaries', 'outputs/led/history']) {
    test(`/api/${path} refuses a leap second, ${times}, as an instant that it does not know`, async (t) => {
      const { app } = await buildTestApp(t);
      for (const name of ['from', 'to']) {
        const response = await app.inject(`/api/${path}?${name}=2016-12-31T${times}`);
        assert.equal(response.statusCode, 400, response.body);
        const { error, errors } = response.json();
        assert.deepEqual(
          [error, errors[0].path],
          [`${name} must be a time that exists, without leap seconds`, `/querystring/${name}`],
        );
      }
    });
  }
}

test('a range that ends before it begins is refused with a sentence', async (t) => {
  const { app } = await buildTestApp(t);
  const range = 'from=2026-11-23T10:00:00Z&to=2026-11-23T09:00:00Z';
  const response = await app.inject(`/api/sensors/button/readings?${range}`);
  assert.equal(response.statusCode, 400);
  assert.equal(response.json().error, 'The range is empty: from must be before to');
});

test('a time with another offset means the same instant', async (t) => {
  const { get } = await withHistory(t);
  const [latest] = (await get('limit=1')).readings;
  const shifted = new Date(Date.parse(latest.timestamp) + 3600_000).toISOString().replace('Z', '+01:00');
  assert.equal((await get(`from=${encodeURIComponent(shifted)}`)).count, 1);
});
