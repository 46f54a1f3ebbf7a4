import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BUTTON, becomes, boot, commandLed, LED, launch, status } from './a-server.ts';
import { header, inPigpioBench, users } from './bench.ts';

/** Nothing but an edge can show a button within the test when sensors are read once an hour. */
const EDGES_ONLY = { EDGE_COLLECT_INTERVAL_S: '3600' };

describe('the built server on a Pi with pigpio', { ...inPigpioBench, timeout: 300_000 }, () => {
  it('runs as root on pigpio by itself, and a SIGTERM to all of its processes leaves the LED off', async (t) => {
    const server = await boot(t, users.root(), EDGES_ONLY);
    assert.match(
      server.output(),
      /pins: pigpio, in a process of its own, because this is a Raspberry Pi 4.* with pigpio/,
    );
    assert.equal((await status()).simulated, false);
    header.pull(BUTTON, 0);
    await becomes(t, 'pressed', async () => assert.equal((await status()).button_pressed, true));
    await commandLed('on');
    await becomes(t, 'on', async () => assert.equal(header.level(LED), 1));

    // As systemd ends a service: every process of it, and SIGCONT behind.
    const group = -(server.child.pid ?? Number.NaN);
    process.kill(group, 'SIGTERM');
    process.kill(group, 'SIGCONT');
    assert.equal(await server.exited, 0, server.errors());
    assert.equal(header.level(LED), 0);
    assert.equal(server.errors(), '');
  });

  it('goes on when the process with pigpio is killed', async (t) => {
    const server = await boot(t, users.root(), { ...EDGES_ONLY, EDGE_HARDWARE: 'pigpio' });
    await commandLed('on');
    await becomes(t, 'on', async () => assert.equal(header.level(LED), 1));
    process.kill(Number(readFileSync('/run/pigpio.pid', 'utf8')), 'SIGKILL');
    await becomes(t, 'known', async () => assert.match(server.output(), /pigpio ended \(SIGKILL\)/), 10_000);
    assert.equal(header.level(LED), 1);
    await becomes(t, 'well', async () => assert.match(server.output(), /pins: all are driven again/), 30_000);
    await commandLed('off');
    await becomes(t, 'off', async () => assert.equal(header.level(LED), 0));
    server.child.kill('SIGTERM');
    assert.equal(await server.exited, 0, server.errors());
  });

  it('runs on the GPIO chip where it is not root, and says why', async (t) => {
    const server = await boot(t, users.gpioMember(), EDGES_ONLY);
    assert.match(server.output(), /pins: \/dev\/gpiochip0 \(pinctrl-bcm2711\), because .*; not pigpio: it needs root/);
    server.child.kill('SIGTERM');
    assert.equal(await server.exited, 0, server.errors());
  });

  it('pigpio that was asked for without root ends the start with one sentence', async (t) => {
    const server = launch(t, users.gpioMember(), { EDGE_HARDWARE: 'pigpio' });
    assert.ok((await server.exited) > 0, server.output());
    assert.match(server.errors(), /^pigpio cannot be used: it needs root; [^\n]*gpio only\n$/);
  });
});
