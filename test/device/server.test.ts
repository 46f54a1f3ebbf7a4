import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { header, inBench, type Program, run, type User, users } from './bench.ts';

const SERVER = fileURLToPath(new URL('../../dist/src/server.js', import.meta.url));
const ORIGIN = 'http://127.0.0.1:5000';
const KEY = 'a-key-of-the-kernel-bench';
const LED = 17;
const BUTTON = 27;

/** Nothing but an edge can show a button within the test when sensors are read once an hour. */
const EDGES_ONLY = { EDGE_COLLECT_INTERVAL_S: '3600' };

describe('the built server on a Pi', { ...inBench, timeout: 300_000 }, () => {
  for (const [who, user] of [
    ['root', users.root()],
    ["a user in the chip's group", users.gpioMember()],
  ] as const) {
    it(`runs as ${who} from the sensor to the LED, and leaves the LED off`, async (t) => {
      const server = await boot(t, user, EDGES_ONLY);
      assert.match(server.output(), /pins: \/dev\/gpiochip0 \(pinctrl-\w+\), because this is a Raspberry Pi \d/);
      const { cpu_temp_c, simulated, led_state, button_pressed } = await status();
      assert.deepEqual(
        { cpu_temp_c, simulated, led_state, button_pressed },
        { cpu_temp_c: 47.2, simulated: false, led_state: 'off', button_pressed: false },
      );

      await commandLed('on');
      assert.equal(header.level(LED), 1);
      assert.equal((await status()).led_state, 'on');

      header.pull(BUTTON, 0);
      await becomes(t, 'pressed', async () => assert.equal((await status()).button_pressed, true));
      header.pull(BUTTON, 1);
      await becomes(t, 'let go', async () => assert.equal((await status()).button_pressed, false));

      server.child.kill('SIGTERM');
      assert.equal(await server.exited, 0, server.errors());
      assert.equal(header.level(LED), 0);
    });
  }

  it('a server that is killed cannot switch its LED off: the next start does', async (t) => {
    const first = await boot(t, users.root());
    await commandLed('on');
    first.child.kill('SIGKILL');
    await first.exited;
    assert.equal(header.level(LED), 1);

    const second = await boot(t, users.root());
    assert.equal(header.level(LED), 0);
    second.child.kill('SIGTERM');
    assert.equal(await second.exited, 0, second.errors());
  });

  for (const wish of ['gpiochip', 'auto']) {
    it(`without permission EDGE_HARDWARE=${wish} ends the start with one sentence`, async (t) => {
      const server = launch(t, users.stranger(), { EDGE_HARDWARE: wish });
      assert.ok((await server.exited) > 0, server.output());
      assert.match(server.errors(), /^No permission on \/dev\/gpiochip0: add the user to the group gpio [^\n]*\n$/);
    });
  }

  it('a pin that the kernel uses itself ends the start with the name of its user', async (t) => {
    const taken = { EDGE_CONFIG: fileURLToPath(new URL('taken-pin.yaml', import.meta.url)) };
    const server = launch(t, users.root(), taken);
    assert.ok((await server.exited) > 0, server.output());
    assert.match(server.errors(), /^GPIO 26 on \/dev\/gpiochip0 \([\w-]+\) is already taken by "kernel-user"[^\n]*\n$/);
  });
});

/** Starts the server with nothing in its environment but a key, a data folder and what is asked for. */
function launch(t: TestContext, user: User, environment: Record<string, string> = {}): Program {
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const env = { NODE_ENV: 'production', EDGE_API_KEY: KEY, EDGE_DATA_DIR: folder, ...environment };
  const server = run([SERVER], { ...user, cwd: folder, env });
  t.after(async () => {
    server.child.kill('SIGKILL');
    await server.exited;
    rmSync(folder, { recursive: true });
  });
  return server;
}

async function boot(t: TestContext, user: User, environment: Record<string, string> = {}): Promise<Program> {
  header.pull(BUTTON, 1);
  const server = launch(t, user, environment);
  const dead = server.exited.then((code) => assert.fail(`the server ended with ${code}: ${server.errors()}`));
  dead.catch(() => {});
  const ready = becomes(t, 'ready', async () => assert.equal((await status()).cpu_temp_c, 47.2), 60_000);
  await Promise.race([ready, dead]);
  return server;
}

/** Asks again until the assertion holds; the kernel of the bench is slow, the deadline generous. */
const becomes = (t: TestContext, what: string, assertion: () => Promise<void>, timeout = 5000): Promise<void> =>
  t.waitFor(assertion, { interval: 100, timeout }).catch((error) => {
    throw new Error(`not ${what} within ${timeout} ms`, { cause: error });
  });

interface Status {
  cpu_temp_c: number;
  simulated: boolean;
  led_state: string;
  button_pressed: boolean;
}

async function status(): Promise<Status> {
  const answer = await fetch(`${ORIGIN}/api/status`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Status;
}

async function commandLed(action: 'on' | 'off'): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-api-key': KEY };
  const answer = await fetch(`${ORIGIN}/api/led`, { method: 'POST', headers, body: JSON.stringify({ action }) });
  assert.equal(answer.status, 200, await answer.text());
}
