import assert from 'node:assert/strict';
import { it } from 'node:test';
import { buildTestApp } from '../support/server.ts';

/** What inject uses as the address of the client. */
const HERE = '127.0.0.1';
const TRUSTING = { http: { trusted_proxies: ['127.0.0.0/8', '10.0.0.1'], hosts: ['edge.example.org'] } };
const FORWARDED = {
  'x-forwarded-for': '203.0.113.7, 10.0.0.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'edge.example.org:8443',
  'x-forwarded-prefix': '/edge',
};
const wrongKey = { 'x-api-key': 'not-the-key-of-this-device' };
const led = (headers: Record<string, string>, remoteAddress = HERE) =>
  ({ method: 'POST', url: '/api/led', headers, remoteAddress, body: { action: 'on' } }) as const;

it('wrong keys count for the client that a trusted proxy names, and not for the proxy or its other clients', async (t) => {
  const { app } = await buildTestApp(t, TRUSTING);
  const from = (address: string) => ({ ...wrongKey, 'x-forwarded-for': address });
  for (let tries = 0; tries < 10; tries++) assert.equal((await app.inject(led(from('203.0.113.7')))).statusCode, 401);
  assert.equal((await app.inject(led(from('203.0.113.7')))).statusCode, 429);
  assert.equal((await app.inject(led(from('203.0.113.8')))).statusCode, 401);
  assert.equal(
    (await app.inject(led(from('198.51.100.1, 203.0.113.7, 10.0.0.1')))).statusCode,
    429,
    'the last stranger',
  );
  assert.equal((await app.inject(led(from('203.0.113.7, unknown')))).statusCode, 401, 'nobody vouches for it');
});

it('nobody else can change their address', async (t) => {
  const { app } = await buildTestApp(t, TRUSTING);
  const own = async (address: string) =>
    (await app.inject(led({ ...wrongKey, 'x-forwarded-for': address }, '192.0.2.9'))).statusCode;
  for (let tries = 0; tries < 10; tries++) assert.equal(await own(`203.0.113.${tries}`), 401);
  assert.equal(await own('203.0.113.99'), 429);
});

const servers = async (
  t: Parameters<typeof buildTestApp>[0],
  config: object,
  headers: object,
  remoteAddress = HERE,
) => {
  const { app } = await buildTestApp(t, config);
  const ask = { headers: headers as Record<string, string>, remoteAddress };
  const json = await app.inject({ url: '/docs/json', ...ask });
  const yaml = await app.inject({ url: '/docs/yaml', ...ask });
  const url = json.json().servers[0].url;
  assert.match(yaml.body, new RegExp(`^servers:\n {2}- url: "?${url}"?\n`, 'm'));
  assert.equal(json.headers['content-length'], String(Buffer.byteLength(json.body)));
  return { url, redirect: (await app.inject({ url: '/', ...ask })).headers.location };
};

it('the document and redirects lead where the client of a trusted proxy is', async (t) => {
  const { url, redirect } = await servers(t, TRUSTING, FORWARDED);
  assert.equal(url, 'https://edge.example.org:8443/edge');
  assert.equal(redirect, '/edge/docs');
});

it('a prefix alone is a path, which is right wherever the client is', async (t) => {
  const { url, redirect } = await servers(t, TRUSTING, { 'x-forwarded-prefix': '/edge/' });
  assert.deepEqual([url, redirect], ['/edge', '/edge/docs']);
});

it('what strangers say about themselves leads nowhere', async (t) => {
  assert.deepEqual(await servers(t, {}, FORWARDED), { url: '/', redirect: '/docs' });
  assert.deepEqual(await servers(t, TRUSTING, FORWARDED, '192.0.2.9'), { url: '/', redirect: '/docs' });
  const hostile = { ...FORWARDED, 'x-forwarded-prefix': '//evil.example', 'x-forwarded-proto': 'javascript' };
  assert.deepEqual(await servers(t, TRUSTING, hostile), { url: '/', redirect: '/docs' });
});

it('the name that the client of a trusted proxy used is looked at, and only from such a one', async (t) => {
  const { app } = await buildTestApp(t, TRUSTING);
  const status = async (headers: Record<string, string>, remoteAddress = HERE) =>
    (await app.inject({ url: '/api/status', headers, remoteAddress })).statusCode;
  assert.equal(await status({ host: 'backend', 'x-forwarded-host': 'edge.example.org' }), 200);
  assert.equal(await status({ host: 'localhost', 'x-forwarded-host': 'evil.example' }), 421);
  assert.equal(await status({ host: 'evil.example', 'x-forwarded-host': 'localhost' }, '192.0.2.9'), 421);
});

it('every redirect keeps the prefix', async (t) => {
  const { app } = await buildTestApp(t, TRUSTING);
  for (const url of ['/', '/docs/static/index.html']) {
    const { statusCode, headers } = await app.inject({ url, headers: FORWARDED });
    assert.equal(statusCode, 302);
    assert.match(String(headers.location), /^\/edge\/docs/);
  }
});
