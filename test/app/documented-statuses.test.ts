import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildTestApp, withKey } from '../support/server.ts';
import { type Documented, operations } from './operations.ts';

/** Headers that a client acts upon. */
const MATTER = ['retry-after', 'allow', 'location', 'www-authenticate'];
const JSON_TYPE = { 'content-type': 'application/json' };
const TYPES = ['application/json', 'text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'];

type App = Awaited<ReturnType<typeof buildTestApp>>['app'];

/** The answer to an operation is one that its document has, with every header that matters, and of a documented type. */
function assertDocumented({ at, responses }: Documented, { statusCode, headers }: LightMyRequestResponse): void {
  const documented = responses[statusCode];
  assert.ok(documented, `${at} answered ${statusCode}, which is not in the document`);
  const named = Object.keys(documented.headers ?? {}).map((name) => name.toLowerCase());
  for (const name of MATTER.filter((header) => headers[header] !== undefined))
    assert.ok(named.includes(name), `${at} ${statusCode} has ${name}, which is not in the document`);
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
  if (type !== '') assert.ok(Object.keys(documented.content ?? {}).includes(type), `${at} ${statusCode}: ${type}`);
}

/** Asks every operation, and returns by operation what it answered; each answer is a documented one. */
async function provoke(app: App, request: (operation: Documented) => InjectOptions | undefined) {
  const answers = new Map<string, number>();
  for (const operation of await operations(app)) {
    const options = request(operation);
    if (options === undefined) continue;
    const { method, url } = operation;
    const response = await app.inject({
      method,
      url,
      ...options,
      headers: { ...withKey, ...options.headers } as Record<string, string>,
    });
    assertDocumented(operation, response);
    answers.set(operation.at, response.statusCode);
  }
  return answers;
}

const all = (answers: Map<string, number>, status: number) => {
  for (const [at, answered] of answers) assert.equal(answered, status, at);
  assert.ok(answers.size > 0);
};

it('what goes well, and what finds nothing, is documented', async (t) => {
  const { app } = await buildTestApp(t);
  await provoke(app, () => ({}));
  await provoke(app, ({ url }) =>
    url.includes('/none') ? undefined : { url: url.replace(/led$|heat$|cpu_temp_c$/, 'no') },
  );
  const led = (await operations(app)).find(({ at }) => at === 'post /api/led') as Documented;
  for (const action of ['on', 'ON', 'Toggle', 'blink']) {
    const asked = { method: 'POST', url: '/api/led', headers: withKey, body: { action } } as const;
    assertDocumented(led, await app.inject(asked));
  }
  const put = (await operations(app)).find(({ at }) => at === 'put /api/rules/{id}') as Documented;
  const body = '{ "sensor": "cpu_temp_c", "above": 60, "then": { "output": "led", "action": "on" } }';
  const rule = { method: 'PUT', url: '/api/rules/heat', headers: { ...withKey, ...JSON_TYPE }, body } as const;
  const created = await app.inject(rule);
  assert.deepEqual([created.statusCode, created.headers.location], [201, '/api/rules/heat'], created.body);
  assertDocumented(put, created);
  assertDocumented(put, await app.inject(rule));
  // Now that a rule commands it, a hold is possible, and only then.
  await provoke(app, ({ url }) => (url === '/api/outputs/led' ? { body: { action: 'on', level: 1 } } : {}));
});

it('the refusals that any request can meet are documented for every operation', async (t) => {
  const { app } = await buildTestApp(t, { http: { protect_reads: true } });
  all(await provoke(app, () => ({ headers: { host: 'evil.example' } })), 421);
  all(
    await provoke(app, ({ url, parameters = [] }) =>
      parameters.some(({ in: place }) => place === 'path')
        ? { url: url.replace(/(\/api\/[a-z]+\/)[^/]+/, `$1${'a'.repeat(101)}`) }
        : undefined,
    ),
    414,
  );
  all(
    await provoke(app, ({ url, parameters = [] }) =>
      parameters.some(({ in: place }) => place === 'path')
        ? { url: url.replace(/(\/api\/[a-z]+\/)[^/]+/, '$1%zz') }
        : undefined,
    ),
    400,
  );
  all(await provoke(app, () => ({ method: 'TRACE' as 'GET' })), 405);
  const [first] = await operations(app);
  assertDocumented(first as Documented, await app.inject('/api/status'));
  for (let tries = 0; tries < 12; tries++) await app.inject({ url: '/api/status', headers: { 'x-api-key': 'wrong' } });
  all(await provoke(app, () => ({ headers: { 'x-api-key': 'wrong' } })), 429);
});

it('a body that is not wanted is a 400, and one that is not right a 400, 413 or 415, as documented', async (t) => {
  const { app } = await buildTestApp(t);
  const bodiless = ({ method, requestBody }: Documented) => method !== 'GET' && requestBody === undefined;
  for (const type of TYPES) {
    const headers = { 'content-type': type };
    all(await provoke(app, (it) => (bodiless(it) ? { headers, payload: '{}' } : undefined)), 400);
    all(await provoke(app, (it) => (bodiless(it) ? { headers, payload: 'x'.repeat(20_000) } : undefined)), 400);
    const plain = await provoke(app, (it) => (bodiless(it) ? {} : undefined));
    assert.deepEqual(await provoke(app, (it) => (bodiless(it) ? { headers, payload: '' } : undefined)), plain);
  }
  const takesBody = (options: InjectOptions) => (it: Documented) => (it.requestBody ? options : undefined);
  all(await provoke(app, takesBody({ headers: JSON_TYPE, payload: '{' })), 400);
  all(await provoke(app, takesBody({ headers: JSON_TYPE, payload: '' })), 400);
  all(await provoke(app, takesBody({ headers: JSON_TYPE, payload: `"${'x'.repeat(20_000)}"` })), 413);
  all(await provoke(app, takesBody({ headers: { 'content-type': 'text/xml' }, payload: '<a/>' })), 415);
});

it('an unknown query parameter of a read is refused on every one, and what keeps caches away is taken on every one', async (t) => {
  const { app } = await buildTestApp(t);
  const reads = (query: string) => (it: Documented) =>
    it.method === 'GET' ? { url: `${it.url}?${query}` } : undefined;
  all(await provoke(app, reads('limt=5')), 400);
  const plain = await provoke(app, reads(''));
  for (const query of ['_=1', '_=1700000000000&_=2', '_']) assert.deepEqual(await provoke(app, reads(query)), plain);
  const limited = ({ parameters = [], url }: Documented) =>
    parameters.some(({ name }) => name === 'limit') ? { url: `${url}?limit=${'9'.repeat(30)}` } : undefined;
  assert.ok([...(await provoke(app, limited)).values()].every((status) => status === 200 || status === 404));
});

it('faults of the server are documented for every operation', async (t) => {
  const { app } = await buildTestApp(t);
  for (const { at, responses } of await operations(app)) assert.ok('500' in responses, at);
});
