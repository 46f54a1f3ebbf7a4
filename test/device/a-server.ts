import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { header, type Program, run, type User } from './bench.ts';

const SERVER = fileURLToPath(new URL('../../dist/src/server.js', import.meta.url));
const ORIGIN = 'http://127.0.0.1:5000';
const KEY = 'a-key-of-the-kernel-bench';
export const LED = 17;
export const BUTTON = 27;

/** Starts the server with nothing in its environment but a key, a data folder and what is asked for. */
export function launch(t: TestContext, user: User, environment: Record<string, string> = {}): Program {
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const env = { NODE_ENV: 'production', EDGE_API_KEY: KEY, EDGE_DATA_DIR: folder, ...environment };
  // A group of its own, as a service has: a test can signal all of it.
  const server = run([SERVER], { ...user, cwd: folder, env, detached: true });
  t.after(async () => {
    server.child.kill('SIGKILL');
    await server.exited;
    rmSync(folder, { recursive: true });
  });
  return server;
}

export async function boot(t: TestContext, user: User, environment: Record<string, string> = {}): Promise<Program> {
  header.pull(BUTTON, 1);
  const server = launch(t, user, environment);
  const dead = server.exited.then((code) => assert.fail(`the server ended with ${code}: ${server.errors()}`));
  dead.catch(() => {});
  const ready = becomes(t, 'ready', async () => assert.equal((await status()).cpu_temp_c, 47.2), 60_000);
  await Promise.race([ready, dead]);
  return server;
}

/** Asks again until the assertion holds; the kernel of the bench is slow, the deadline generous. */
export const becomes = (t: TestContext, what: string, assertion: () => Promise<void>, timeout = 5000): Promise<void> =>
  t.waitFor(assertion, { interval: 100, timeout }).catch((error) => {
    throw new Error(`not ${what} within ${timeout} ms`, { cause: error });
  });

interface Status {
  cpu_temp_c: number;
  simulated: boolean;
  led_state: string;
  button_pressed: boolean;
}

export const status = (): Promise<Status> => getJson('/api/status');

export async function getJson<T>(path: string): Promise<T> {
  const answer = await fetch(ORIGIN + path);
  assert.equal(answer.status, 200, path);
  return (await answer.json()) as T;
}

export async function commandLed(action: 'on' | 'off'): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-api-key': KEY };
  const answer = await fetch(`${ORIGIN}/api/led`, { method: 'POST', headers, body: JSON.stringify({ action }) });
  assert.equal(answer.status, 200, await answer.text());
}
