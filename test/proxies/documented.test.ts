import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { startTestServer, withKey } from '../support/server.ts';
import { CADDY, NGINX, type Program, startProxy, withProgram } from './proxy.ts';

const NAME = 'edge.example.org';
const DASHBOARD = 'https://dashboard.example.org';
/** The proxy's own address is trusted; its clients come from elsewhere. */
const CLIENT = '127.0.0.2';

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function behind(t: TestContext, program: Program) {
  const http = { trusted_proxies: ['127.0.0.1'], hosts: [NAME], cors_origins: [DASHBOARD] };
  const server = await startTestServer(t, { http });
  const { port, ca } = await startProxy(t, program, { name: NAME, upstream: server.url });
  async function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
    const to = { host: '127.0.0.1', port, ca, servername: NAME, localAddress: CLIENT, agent: false } as const;
    const asked = request({ ...to, path, method, headers: { host: `${NAME}:${port}`, ...headers } });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  }
  return { ...server, origin: `https://${NAME}:${port}`, ask };
}

const led = (headers: Record<string, string>): Asked => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: '{"action":"on"}',
});

for (const program of [NGINX, CADDY]) {
  describe(`${program.block} as the documentation prints it`, withProgram(program), () => {
    it('serves the API under its path, with the key', async (t) => {
      const { ask, pins } = await behind(t, program);
      const status = await ask('/edge/api/status?_=1');
      assert.deepEqual([status.status, JSON.parse(status.body).led_state], [200, 'off']);
      assert.equal((await ask('/edge/api/led', led(withKey))).status, 200);
      assert.equal(pins.level(17), 1);
      assert.equal((await ask('/edge/api/uplink/flush', { method: 'POST', headers: withKey })).status, 409);
    });

    it('leads to where the client is: the document and redirects', async (t) => {
      const { ask, origin } = await behind(t, program);
      const hostile = { 'x-forwarded-prefix': '//evil.example', 'x-forwarded-host': 'evil.example' };
      for (const headers of [{}, hostile]) {
        assert.equal(JSON.parse((await ask('/edge/docs/json', { headers })).body).servers[0].url, `${origin}/edge`);
        assert.equal((await ask('/edge/', { headers })).headers.location, '/edge/docs');
      }
      assert.equal(parse((await ask('/edge/docs/yaml')).body).servers[0].url, `${origin}/edge`);
      const { location = '' } = (await ask('/edge')).headers;
      assert.equal(new URL(location, origin).href, `${origin}/edge/`);
    });

    it('limits each client by its own address, whatever the client says', async (t) => {
      const { ask } = await behind(t, program);
      const tries: (number | undefined)[] = [];
      for (let at = 0; at < 11; at++) {
        const wrong = { 'x-api-key': 'not-the-key-of-this-device', 'x-forwarded-for': `203.0.113.${at}` };
        tries.push((await ask('/edge/api/led', led(wrong))).status);
      }
      assert.deepEqual([tries.at(9), tries.at(10)], [401, 429]);
    });

    it('lets pages of a listed origin in', async (t) => {
      const { ask } = await behind(t, program);
      const headers = { origin: DASHBOARD, 'access-control-request-method': 'POST' };
      const preflight = await ask('/edge/api/led', { method: 'OPTIONS', headers });
      assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, DASHBOARD]);
      const { headers: answered } = await ask('/edge/api/led', led({ origin: DASHBOARD }));
      assert.equal(answered['access-control-allow-origin'], DASHBOARD);
    });
  });
}

it('a name that leads to nginx and is not configured here is refused', withProgram(NGINX), async (t) => {
  const { ask } = await behind(t, NGINX);
  assert.equal((await ask('/edge/api/status', { headers: { host: 'evil.example' } })).status, 421);
});
