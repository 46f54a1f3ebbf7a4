import { accessSync, constants, mkdirSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SCREENSHOTS = process.env.SCREENSHOTS_DIR ?? join(tmpdir(), 'pi-edge-api-screenshots');

/** The page answers within seconds; a busy machine gets more, and a page that hangs still ends the test. */
const PAGE_TIMEOUT_MS = 30_000;

/**
 * The name of this machine as on the LAN: the server answers to no other. On loopback browsers are lenient: they call it a secure context, and do not upgrade its
 * requests to HTTPS, so that faults of a page served over plain HTTP stay hidden there.
 */
export const LAN_NAME = `${hostname().split('.')[0]?.toLowerCase()}.local`;

/** The address that a person on the LAN types, for a server that a test started. */
export const onLan = (url: string): string => url.replace('127.0.0.1', LAN_NAME);

/** For `describe`: skips with a reason where there is no browser; CI must have one. */
export const inBrowser = {
  skip:
    process.env.CI !== 'true' && !isInstalled() && `no browser at ${EXECUTABLE}: apt install chromium, or CHROMIUM=`,
  timeout: 120_000,
};

function isInstalled(): boolean {
  try {
    accessSync(EXECUTABLE, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser that finds every `.local` name on this machine and asks the internet for nothing. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--host-resolver-rules=MAP *.local 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      '--disable-gpu',
      '--disable-quic',
    ],
  });
}

export interface Visit {
  page: Page;
  /** Every address that the page asked for. */
  requests: URL[];
  /** Errors in the console, among them what the content policy refused, and uncaught exceptions. */
  errors: string[];
}

/** A new visitor: no key, no cookies. Leaves when the test ends. */
export async function visit(t: TestContext, browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  context.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const page = await context.newPage();
  const requests: URL[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url())));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  return { page, requests, errors };
}

/** For a person to look at. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
}
