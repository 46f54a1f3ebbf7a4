import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';

const WINDOWS = 25;
const WINDOW_MS = 300_000;
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

interface Page {
  count: number;
  next: string | null;
  summaries: { window_start: string; revision: number; count: number; mean: number }[];
}

/** A device with two readings in each of its closed windows, and the ways to ask for them. */
async function withSummaries(t: TestContext) {
  const clock = new FakeClock();
  const begin = clock.now();
  const { app } = await buildTestApp(t, { sensors: [AIR] }, { clock });
  for (let reading = 0; reading < 2 * WINDOWS; reading++) {
    await app.collector.tick();
    await clock.advance(WINDOW_MS / 2);
  }
  await clock.advance(10_000);
  await app.windowCloser.tick();
  const at = (window: number) => encodeURIComponent(new Date(begin + window * WINDOW_MS).toISOString());
  const get = async (query = ''): Promise<Page> => (await app.inject(`/api/sensors/air/summaries?${query}`)).json();
  const windows = ({ summaries }: Page) =>
    summaries.map(({ window_start }) => (Date.parse(window_start) - begin) / WINDOW_MS);
  /** Every window, over all pages. */
  const walk = async (query: string) => {
    const seen: number[] = [];
    for (let cursor = '', pages = 0; pages < 50; pages++) {
      const page = await get(query + cursor);
      assert.equal(page.count, page.summaries.length);
      seen.push(...windows(page));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    return seen;
  };
  return { app, clock, begin, at, get, windows, walk };
}

const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, index) => from + index);

test('the pages of a sensor, followed by their cursors, have every window once and in order', async (t) => {
  const { walk } = await withSummaries(t);
  for (const limit of [1, 7, WINDOWS - 1, WINDOWS]) {
    assert.deepEqual(await walk(`order=asc&limit=${limit}`), upTo(WINDOWS));
    assert.deepEqual(await walk(`limit=${limit}`), upTo(WINDOWS).reverse());
  }
});

test('a summary is that of the readings that are stored', async (t) => {
  const { app, get } = await withSummaries(t);
  const { readings } = (await app.inject('/api/sensors/air/readings?order=asc&limit=2')).json();
  const [summary] = (await get('order=asc&limit=1')).summaries;
  const values: number[] = readings.map(({ value }: { value: number }) => value);
  const [a = Number.NaN, b = Number.NaN] = values;
  const { mean, stdev, ...rest } = { stdev: Number.NaN, ...summary };
  assert.ok(Math.abs(Number(mean) - (a + b) / 2) < 1e-9 && Math.abs(stdev - Math.abs(a - b) / Math.SQRT2) < 1e-9);
  assert.deepEqual(rest, {
    ...{ window_start: '2026-11-23T10:00:00.000Z', window_s: 300, revision: 0, count: 2 },
    ...{ min: Number(Math.min(a, b).toPrecision(12)), max: Number(Math.max(a, b).toPrecision(12)) },
    ...{ period_start: readings[0].timestamp, period_end: readings[1].timestamp },
  });
});

test('a range has its first window and not its end, on every page', async (t) => {
  const { walk, at } = await withSummaries(t);
  const range = `from=${at(5)}&to=${at(10)}`;
  for (const limit of [2, 5, 50]) {
    assert.deepEqual(await walk(`${range}&limit=${limit}&order=asc`), upTo(10, 5));
    assert.deepEqual(await walk(`${range}&limit=${limit}`), upTo(10, 5).reverse());
  }
});

test('a cursor of elsewhere does not lead out of the range', async (t) => {
  const { get, at, windows } = await withSummaries(t);
  const range = `from=${at(5)}&to=${at(8)}`;
  const early = (await get('order=asc&limit=2')).next;
  assert.deepEqual(windows(await get(`${range}&order=asc&cursor=${early}`)), [5, 6, 7]);
  for (const limit of [2, 17]) {
    const late = (await get(`limit=${limit}`)).next;
    assert.deepEqual(windows(await get(`${range}&cursor=${late}`)), [7, 6, 5]);
  }
});

test('a window with a late reading is shown once, as its last revision', async (t) => {
  const { app, get, begin, clock, walk } = await withSummaries(t);
  app.store.append([
    { kind: 'sensor', name: 'air', at: begin + 7, value: 0, quality: 'good', simulated: true, run: 0 },
  ]);
  await app.store.flush();
  await clock.advance(10_000);
  await app.windowCloser.tick();
  const [first] = (await get('order=asc&limit=1')).summaries;
  assert.deepEqual([first?.revision, first?.count], [1, 3]);
  assert.deepEqual(await walk('order=asc&limit=3'), upTo(WINDOWS));
});

for (const query of [
  'from=yesterday',
  'to=1700000000',
  'order=up',
  'cursor=!!',
  'cursor=',
  'cursor=abc',
  'limit=0',
  'page=2',
]) {
  test(`?${query} is refused`, async (t) => {
    const { app } = await buildTestApp(t);
    assert.equal((await app.inject(`/api/sensors/button/summaries?${query}`)).statusCode, 400);
  });
}

test('a range that ends before it begins is refused with a sentence', async (t) => {
  const { app } = await buildTestApp(t);
  const range = 'from=2026-11-23T10:00:00Z&to=2026-11-23T09:00:00Z';
  const response = await app.inject(`/api/sensors/button/summaries?${range}`);
  assert.deepEqual([response.statusCode, response.json().error], [400, 'The range is empty: from must be before to']);
});

test('a sensor that is not there is a 404 with the ones that are, and one without windows has none', async (t) => {
  const { app } = await buildTestApp(t);
  const unknown = await app.inject('/api/sensors/moon/summaries');
  assert.deepEqual([unknown.statusCode, unknown.json().valid], [404, ['cpu_temp_c', 'button']]);
  const { count, summaries, next } = (await app.inject('/api/sensors/button/summaries')).json();
  assert.deepEqual([count, summaries, next], [0, [], null]);
});
