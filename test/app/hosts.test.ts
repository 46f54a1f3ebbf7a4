import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { it, type TestContext } from 'node:test';
import { say } from '../support/raw-http.ts';
import { buildTestApp, startTestServer, withKey } from '../support/server.ts';

const ask = (lines: string[]) => `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`;
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** Whatever is asked for, on every kind of path there is. */
const EVERYWHERE = [
  ...['GET /', 'GET /api/status', 'HEAD /api/readings', 'GET /docs', 'GET /docs/', 'GET /docs/json'],
  ...['GET /docs/static/index.html', 'GET /nothing', 'DELETE /api/status', 'OPTIONS /api/led', 'GET /api/%zz'],
  `GET /api/outputs/${'a'.repeat(200)}`,
];

it('a request for the name of somebody else is a 421 on every path, with the key too, and changes nothing', async (t) => {
  const { app, pins } = await buildTestApp(t, { http: { cors_origins: ['*'] } });
  for (const request of EVERYWHERE) {
    const [method = '', url = ''] = request.split(' ');
    const response = await app.inject({ method: method as 'GET', url, headers: { host: 'evil.example:5000' } });
    assert.equal(response.statusCode, 421, request);
  }
  const headers = { ...withKey, host: 'evil.example' };
  const response = await app.inject({ method: 'POST', url: '/api/led', headers, body: { action: 'on' } });
  assert.equal(response.statusCode, 421);
  assert.match(response.json().error, /^This device is not called evil\.example: .* http\.hosts$/);
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  assert.equal(pins.level(17), 0);
});

it('the addresses and names of the machine are served, whatever the port, and names that are configured', async (t) => {
  const { app } = await buildTestApp(t, { http: { hosts: ['edge.example.org'] } });
  const own = hostname().toLowerCase();
  const short = own.split('.')[0];
  for (const host of ['192.168.1.7', '[::1]:1', 'localhost:5000', own, `${short}.local:8080`, 'edge.example.org:443'])
    assert.equal((await app.inject({ url: '/api/status', headers: { host } })).statusCode, 200, host);
});

const RAW: [title: string, lines: string[], status: number][] = [
  ['two Host headers', ['GET /api/status HTTP/1.1', 'Host: localhost', 'Host: localhost'], 400],
  ['two different Host headers', ['GET /api/status HTTP/1.1', 'Host: localhost', 'hOST: evil.example'], 400],
  ['no Host header', ['GET /api/status HTTP/1.1'], 400],
  ['no Host header in HTTP/1.0', ['GET /api/status HTTP/1.0'], 200],
  ['another Host header in HTTP/1.0', ['GET /api/status HTTP/1.0', 'Host: evil.example'], 421],
  ['an empty Host header', ['GET /api/status HTTP/1.1', 'Host:'], 400],
  ['a Host header that is none', ['GET /api/status HTTP/1.1', 'Host: a b'], 400],
  ['the name of another in the target', ['GET http://evil.example/api/status HTTP/1.1', 'Host: localhost'], 421],
  ['our name in the target', ['GET http://localhost/api/status HTTP/1.1', 'Host: localhost'], 200],
];

for (const [title, lines, status] of RAW) {
  it(`${title}: ${status}`, async (t) => {
    assert.equal(statusOf(await ask1(t, lines)), status);
  });
}

async function ask1(t: TestContext, lines: string[]): Promise<string> {
  const { url } = await startTestServer(t);
  return say(t, url, ask(lines));
}

it('no answer is left to a browser to guess at: pages, errors, redirects and broken requests', async (t) => {
  const { url } = await startTestServer(t);
  const requests = [
    ...EVERYWHERE.map((line) => [`${line} HTTP/1.1`, 'Host: localhost']),
    ['GET /docs/static/swagger-ui.css HTTP/1.1', 'Host: localhost'],
    ['GET /docs/static/nothing.css HTTP/1.1', 'Host: localhost'],
    ['POST /api/led HTTP/1.1', 'Host: localhost'],
    ['GET /api/status HTTP/1.1', 'Host: evil.example'],
    ['GET /api/status HTTP/1.1', 'Host: localhost', 'Expect: the-impossible'],
    ['GET /api/status HTTP/1.1', 'Host: localhost', 'Host: localhost'],
    ['GET /api/status HTTP/1.1'],
    ['this is not HTTP'],
    ['GET /api/status HTTP/1.1', `X: ${'x'.repeat(20_000)}`],
  ];
  for (const lines of requests) {
    const answer = await say(t, url, ask(lines));
    assert.match(answer, /^HTTP\/1\.1 \d{3} (.*\r\n)+?x-content-type-options: nosniff\r\n/i, lines.join(' | '));
  }
});
