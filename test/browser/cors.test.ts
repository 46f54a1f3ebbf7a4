import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { API_KEY, startTestServer } from '../support/server.ts';
import { inBrowser, openBrowser, visit } from './chromium.ts';

const LED = 17;

describe('a dashboard on another origin', inBrowser, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('reads the status and switches the LED when its origin is on the list', async (t) => {
    const dashboard = await servePage(t);
    const { url, pins } = await startTestServer(t, { http: { cors_origins: [dashboard] } });
    const { page } = await visit(t, browser);
    await page.goto(dashboard);

    const status = await fetchIn(page, `${url}/api/status`);
    assert.equal(status.status, 200);
    assert.equal((status.body as { led_state: string }).led_state, 'off');

    const led = await fetchIn(page, `${url}/api/led`, commandWith(API_KEY));
    assert.deepEqual(led, { status: 200, body: { action: 'on', led_state: 'on' } });
    assert.equal(pins.level(LED), 1);
  });

  it('sees what is wrong when its key is wrong', async (t) => {
    const dashboard = await servePage(t);
    const { url, pins } = await startTestServer(t, { http: { cors_origins: [dashboard] } });
    const { page } = await visit(t, browser);
    await page.goto(dashboard);
    const { status, body } = await fetchIn(page, `${url}/api/led`, commandWith('not-the-key-of-this-device'));
    assert.equal(status, 401);
    assert.equal((body as { error: string }).error, 'Invalid or missing API key');
    assert.equal(pins.level(LED), 0);
  });

  for (const [when, origins] of [
    ['another origin is on the list', ['http://192.168.1.100:3000']],
    ['no origin is', []],
  ] as const) {
    it(`can neither read nor switch when ${when}, not even with the key`, async (t) => {
      const { url, pins } = await startTestServer(t, { http: { cors_origins: [...origins] } });
      const { page, errors } = await visit(t, browser);
      await page.goto(await servePage(t));
      await assert.rejects(fetchIn(page, `${url}/api/status`), /Failed to fetch/);
      await assert.rejects(fetchIn(page, `${url}/api/led`, commandWith(API_KEY)), /Failed to fetch/);
      assert.match(errors.join('\n'), /blocked by CORS policy/);
      assert.equal(pins.level(LED), 0);
    });
  }

  it('cannot switch with requests that browsers send without asking first', async (t) => {
    const { url, pins } = await startTestServer(t);
    const { page } = await visit(t, browser);
    await page.goto(await servePage(t));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const command = { ...commandWith(undefined), mode: 'no-cors' as const, headers: { 'content-type': type } };
      await fetchIn(page, `${url}/api/led`, command);
    }
    assert.equal(pins.level(LED), 0);
  });
});

/** An empty page with an origin of its own. */
async function servePage(t: TestContext): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Dashboard</title><link rel="icon" href="data:,">');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  mode?: 'cors' | 'no-cors';
}

function commandWith(key: string | undefined): Options {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) };
  return { method: 'POST', headers, body: '{"action":"on"}' };
}

/** `fetch` as a script of the page calls it; rejects as it does there. */
function fetchIn(page: Page, url: string, options: Options = {}): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([address, init]) => {
      const answer = await fetch(address, init);
      return { status: answer.status, body: await answer.json().catch(() => null) };
    },
    [url, options] as const,
  );
}
