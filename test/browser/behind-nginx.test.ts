import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { NGINX, startProxy, withProgram } from '../proxies/proxy.ts';
import { API_KEY, startTestServer } from '../support/server.ts';
import { inBrowser, LAN_NAME, openBrowser, screenshot, visit } from './chromium.ts';
import { DocsPage } from './docs-page.ts';

const skip = inBrowser.skip || withProgram(NGINX).skip;

describe('the documentation page behind nginx, with TLS and under a path', { ...inBrowser, skip }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('shows every operation and switches the LED, from the root of the path on', async (t) => {
    const { url, pins } = await startTestServer(t, { http: { trusted_proxies: ['127.0.0.1'] } });
    const { port } = await startProxy(t, NGINX, { name: LAN_NAME, upstream: url });
    const origin = `https://${LAN_NAME}:${port}`;
    const { page, requests, errors } = await visit(t, browser, { ignoreHTTPSErrors: true });
    await page.goto(`${origin}/edge/`);
    assert.equal(page.url(), `${origin}/edge/docs`);
    const docs = new DocsPage(page);
    await docs.open(`${origin}/edge`);
    await docs.authorize(API_KEY);
    const on = await docs.execute(await docs.unfold('Outputs', 'commandLed'), '{"action":"on"}');
    await screenshot(page, 'docs-behind-nginx');
    assert.deepEqual(on, { status: '200', body: { action: 'on', led_state: 'on' } });
    assert.equal(pins.level(17), 1);
    assert.ok(
      requests.every(({ href }) => href.startsWith(`${origin}/edge/`)),
      requests.map(String).join('\n'),
    );
    assert.deepEqual(errors, []);
  });
});
