import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestServer } from '../support/server.ts';
import { inBrowser, onLan, openBrowser, screenshot, visit } from './chromium.ts';
import { DocsPage } from './docs-page.ts';

const PHONE = { width: 390, height: 844 };

describe('the documentation page in a browser on the LAN', inBrowser, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it('shows the device and every operation, all of it from the server itself', async (t) => {
    const { url, app } = await startTestServer(t, { device: { name: 'Greenhouse' } });
    const { page, requests, errors } = await visit(t, browser);
    const docs = new DocsPage(page);
    await docs.open(onLan(url));
    await screenshot(page, 'docs', true);

    assert.equal(await page.title(), 'Greenhouse');
    assert.match(await docs.title(), /^Greenhouse/);
    const documented = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
      Object.keys(operations ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual((await docs.operations()).toSorted(), documented.toSorted());
    assert.deepEqual(new Set(requests.map(({ origin }) => origin)), new Set([onLan(url)]));
    assert.deepEqual(errors, []);
  });

  it('refuses what would come from elsewhere', async (t) => {
    const { url } = await startTestServer(t);
    const { page, errors } = await visit(t, browser);
    await new DocsPage(page).open(onLan(url));
    await page.addScriptTag({ url: 'http://elsewhere.local/script.js' }).catch(() => {});
    assert.match(errors.join('\n'), /elsewhere\.local\/script\.js.*violates.*Content Security Policy/s);
  });

  it('needs no sideways scrolling on a phone', async (t) => {
    const { url } = await startTestServer(t);
    const { page } = await visit(t, browser, { viewport: PHONE, isMobile: true, hasTouch: true });
    const docs = new DocsPage(page);
    await docs.open(onLan(url));
    await screenshot(page, 'docs-phone');
    const operation = await docs.unfold('Outputs', 'commandLed');
    await operation.scrollIntoViewIfNeeded();
    await screenshot(page, 'docs-phone-led', true);
    const width = await page
      .locator('html')
      .evaluate((html) => (html as unknown as { scrollWidth: number }).scrollWidth);
    assert.ok(width <= PHONE.width, `the page is ${width} pixels wide`);
  });
});
