import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { API_KEY, startTestServer } from '../support/server.ts';
import { inBrowser, onLan, openBrowser, screenshot, visit } from './chromium.ts';
import { DocsPage } from './docs-page.ts';

const LED = 17;

describe('trying the API out on the documentation page', inBrowser, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('switches the LED for someone who has pasted the key, and does not keep the key in the browser', async (t) => {
    const { url, pins } = await startTestServer(t);
    const { page, errors } = await visit(t, browser);
    const docs = new DocsPage(page);
    await docs.open(onLan(url));
    await docs.authorize(API_KEY);
    const on = await docs.execute(await docs.unfold('Outputs', 'commandLed'), '{"action":"on"}');
    await screenshot(page, 'docs-led-on');
    assert.deepEqual(on, { status: '200', body: { action: 'on', led_state: 'on' } });
    assert.equal(pins.level(LED), 1);
    assert.deepEqual(errors, []);

    await docs.open(onLan(url));
    const off = await docs.execute(await docs.unfold('Outputs', 'commandLed'), '{"action":"off"}');
    assert.equal(off.status, '401');
    assert.equal(pins.level(LED), 1);
  });

  it('shows the problem to someone without the key, and the LED stays off', async (t) => {
    const { url, pins } = await startTestServer(t);
    const { page } = await visit(t, browser);
    const docs = new DocsPage(page);
    await docs.open(onLan(url));
    const { status, body } = await docs.execute(await docs.unfold('Outputs', 'commandLed'), '{"action":"on"}');
    await screenshot(page, 'docs-led-without-key');
    assert.equal(status, '401');
    assert.equal((body as { error: string }).error, 'Invalid or missing API key');
    assert.equal(pins.level(LED), 0);
  });

  it('offers a command that works as it stands', async (t) => {
    const { url, pins } = await startTestServer(t);
    const { page } = await visit(t, browser);
    const docs = new DocsPage(page);
    await docs.open(onLan(url));
    await docs.authorize(API_KEY);
    assert.equal((await docs.execute(await docs.unfold('Outputs', 'commandLed'))).status, '200');
    assert.equal(pins.level(LED), 1);
  });
});
