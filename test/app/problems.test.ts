import assert from 'node:assert/strict';
import test from 'node:test';
import type { InjectOptions } from 'fastify';
import { buildTestApp, withKey } from '../support/server.ts';

const json = { 'content-type': 'application/json' };
const led = (payload: string, headers: Record<string, string> = json): InjectOptions => ({
  method: 'POST',
  url: '/api/led',
  headers: { ...withKey, ...headers },
  payload,
});

const refused: [title: string, request: InjectOptions, status: number, error: RegExp][] = [
  ['an unknown path', { url: '/api/nothing' }, 404, /^There is no GET \/api\/nothing$/],
  ['an unknown path outside of the API', { url: '/admin' }, 404, /^There is no GET \/admin$/],
  ['a wrong method', { method: 'DELETE', url: '/api/status' }, 405, /^DELETE is not possible here, only GET, HEAD$/],
  ['reading where only writing is possible', { url: '/api/led' }, 405, /^GET is not possible here, only POST$/],
  ['a path that is no URL', { url: '/api/%zz' }, 400, /not a valid URL/],
  ['a very long id', { url: `/api/outputs/${'a'.repeat(200)}` }, 414, /too long$/],
  ['an id with other characters', { url: '/api/outputs/Led%20!' }, 400, /^id must be a name/],
  ['an output that is not there', { url: '/api/outputs/pump' }, 404, /^There is no output "pump"$/],
  ['a sensor that is not there', { url: '/api/sensors/moon' }, 404, /^There is no sensor "moon"$/],
  ['an unknown query parameter', { url: '/api/readings?limt=5' }, 400, /^limt is not known here; known are limit$/],
  ['bad JSON', led('{"action":'), 400, /^The body is not valid JSON$/],
  ['an empty body', led(''), 400, /^The body is empty/],
  ['a body that is a list', led('["on"]'), 400, /^The body must be an object$/],
  ['a body that is null', led('null'), 400, /^The body must be an object$/],
  [
    'another content type',
    led('action=on', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    /application\/json$/,
  ],
  ['a body over 16 KiB', led(JSON.stringify({ action: 'x'.repeat(20_000) })), 413, /larger than 16 KiB$/],
  ['an unknown field', led('{"action":"on","colour":"red"}'), 400, /^colour is not known here; known are action$/],
  ['a wrong type', led('{"action":true}'), 400, /^action must be text$/],
  ['a missing field', led('{}'), 400, /^action is required$/],
  ['a poisoned prototype', led('{"action":"on","__proto__":{"x":1}}'), 400, /not valid JSON|__proto__/],
  ['control characters', led('{"action":"\\u0000\\u001b[31m"}'), 400, /^Unknown action: /],
  ['a long word', led(JSON.stringify({ action: 'x'.repeat(10_000) })), 400, /^Unknown action: x{80}…$/],
];

for (const [title, request, status, error] of refused) {
  test(`${title} is a ${status} that says what is wrong, and changes nothing`, async (t) => {
    const { app, pins } = await buildTestApp(t);
    const response = await app.inject(request);
    assert.equal(response.statusCode, status);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    const problem = response.json();
    assert.match(problem.error, error);
    assert.equal(problem.status, status);
    assert.equal(problem.type, 'about:blank');
    assert.ok(problem.title.length > 0 && problem.request_id.length > 0);
    assert.equal(pins.level(17), 0);
    assert.equal((await app.inject('/api/health')).statusCode, 200);
  });
}

test('an unknown action is answered in the words of the chapter, with the valid ones', async (t) => {
  const { app } = await buildTestApp(t);
  const problem = (await app.inject(led('{"action":"blink"}'))).json();
  assert.equal(problem.error, 'Unknown action: blink');
  assert.deepEqual(problem.valid, ['on', 'off', 'toggle']);
  assert.deepEqual(problem.errors, [{ path: '/body/action', message: 'must be one of on, off, toggle' }]);
});

test('every wrong field is listed, not only the first', async (t) => {
  const { app } = await buildTestApp(t);
  const response = await app.inject({ ...led('{"action":1,"duration_s":"5","x":0}'), url: '/api/outputs/led' });
  const paths = response.json().errors.map(({ path }: { path: string }) => path);
  assert.deepEqual([...new Set(paths)].toSorted(), ['/body/action', '/body/duration_s', '/body/x']);
});

for (const duration of ['"Infinity"', '1e999', '-1', '0', '"5"', '86401', 'null']) {
  test(`a duration of ${duration} is refused`, async (t) => {
    const { app, pins } = await buildTestApp(t);
    const response = await app.inject({ ...led(`{"action":"on","duration_s":${duration}}`), url: '/api/outputs/led' });
    assert.equal(response.statusCode, 400);
    assert.equal(pins.level(17), 0);
  });
}

test('a 405 names the methods that are possible in Allow, also for a path with an id', async (t) => {
  const { app } = await buildTestApp(t);
  const response = await app.inject({ method: 'PUT', url: '/api/outputs/led', payload: { any: 'thing' } });
  assert.equal(response.statusCode, 405);
  assert.deepEqual(String(response.headers.allow).split(', ').toSorted(), ['GET', 'HEAD', 'OPTIONS', 'POST']);
});

test('a fault of the server is a 500 that says nothing of its inside', async (t) => {
  const { app } = await buildTestApp(t);
  app.recent.last = () => {
    throw new Error('secret detail');
  };
  const response = await app.inject('/api/readings');
  assert.equal(response.statusCode, 500);
  assert.match(response.json().error, /its log has the details$/);
  assert.doesNotMatch(response.body, /secret detail/);
});
