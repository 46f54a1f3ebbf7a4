import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import createClient, { type Client } from 'openapi-fetch';
import { API_KEY, startTestServer } from '../support/server.ts';
import type { Problem, paths, SensorReading } from './generated/schema.d.ts';

const LED = 17;
const OFTEN = { collect: { interval_s: 0.1 }, store: { commit_every_s: 0.1 } };

const clientOf = (url: string, key?: string): Client<paths> =>
  createClient<paths>({ baseUrl: url, ...(key === undefined ? {} : { headers: { 'X-API-Key': key } }) });

/** The answer of an operation that has to succeed. */
function dataOf<T>({ data, error }: { data?: T; error?: Problem }): NonNullable<T> {
  assert.ok(data !== undefined && data !== null, error?.error);
  return data;
}

describe('the generated TypeScript client', () => {
  it('reads the status, with null where there is no good value', async (t) => {
    const { url } = await startTestServer(t, { outputs: [] });
    const status = dataOf(await clientOf(url).GET('/api/status'));
    const temperature: number | null = status.cpu_temp_c;
    const led: 'on' | 'off' | null = status.led_state;
    assert.equal(status.simulated, true);
    assert.ok(temperature === null || Number.isFinite(temperature));
    assert.equal(led, null);
  });

  it('reads the latest readings', async (t) => {
    const { url } = await startTestServer(t, OFTEN);
    const client = clientOf(url);
    await t.waitFor(async () => {
      const { count, readings } = dataOf(await client.GET('/api/readings', { params: { query: { limit: 2 } } }));
      assert.equal(count, 2);
      assert.deepEqual(Object.keys(readings[0]?.sensors ?? {}).sort(), ['button', 'cpu_temp_c']);
    });
  });

  it("walks through a sensor's past page by page, and meets each reading once", async (t) => {
    const { url } = await startTestServer(t, OFTEN);
    const client = clientOf(url);
    const to = await t.waitFor(async () => {
      const { readings } = dataOf(await history(client, { limit: 5 }));
      assert.equal(readings.length, 5);
      return readings[0]?.timestamp ?? '';
    });

    const walked: SensorReading[] = [];
    let cursor: string | null | undefined;
    do {
      const page = dataOf(await history(client, { to, order: 'asc', limit: 2, ...(cursor ? { cursor } : {}) }));
      walked.push(...page.readings);
      cursor = page.next;
    } while (cursor);
    const whole = dataOf(await history(client, { to, order: 'asc', limit: 1000 }));
    assert.ok(walked.length >= 4);
    assert.deepEqual(walked, whole.readings);
  });

  it('switches the LED with the key', async (t) => {
    const { url, pins } = await startTestServer(t);
    const { data } = await clientOf(url, API_KEY).POST('/api/led', { body: { action: 'on' } });
    assert.deepEqual(data, { action: 'on', led_state: 'on' });
    assert.equal(pins.level(LED), 1);
  });
});

describe('a mistake of a client in TypeScript', () => {
  it('is answered with a typed problem when the key is missing', async (t) => {
    const { url, pins } = await startTestServer(t);
    const { error, response } = await clientOf(url).POST('/api/led', { body: { action: 'on' } });
    const problem: Problem | undefined = error;
    assert.equal(response.status, 401);
    assert.equal(problem?.error, 'Invalid or missing API key');
    assert.equal(pins.level(LED), 0);
  });

  it('is answered with the actions that there are when the action is none of them', async (t) => {
    const { url } = await startTestServer(t);
    // @ts-expect-error -- not an action: a client in TypeScript does not get past its compiler
    const { error, response } = await clientOf(url, API_KEY).POST('/api/led', { body: { action: 'blink' } });
    assert.equal(response.status, 400);
    assert.equal(error?.error, 'Unknown action: blink');
    assert.deepEqual(error?.valid, ['on', 'off', 'toggle']);
  });

  it('does not compile when a field, path or parameter is misspelt', async (t) => {
    const { url } = await startTestServer(t);
    const client = clientOf(url, API_KEY);
    const status = dataOf(await client.GET('/api/status'));
    // @ts-expect-error -- the field is led_state
    assert.equal(status.ledState, undefined);
    const pulse = await client.POST('/api/outputs/{id}', {
      params: { path: { id: 'led' } },
      // @ts-expect-error -- the field is duration_s
      body: { action: 'on', duration: 5 },
    });
    assert.equal(pulse.response.status, 400);
    // @ts-expect-error -- the path is /api/status
    assert.equal((await client.GET('/api/state')).response.status, 404);
    // @ts-expect-error -- the parameter is limit
    assert.equal((await client.GET('/api/readings', { params: { query: { count: 1 } } })).response.status, 400);
  });
});

type HistoryQuery = NonNullable<paths['/api/sensors/{id}/readings']['get']['parameters']['query']>;

function history(client: Client<paths>, query: HistoryQuery) {
  return client.GET('/api/sensors/{id}/readings', { params: { path: { id: 'cpu_temp_c' }, query } });
}
