import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BUTTON, becomes, boot, commandLed, LED, launch, status } from './a-server.ts';
import { header, inBench, users } from './bench.ts';

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
