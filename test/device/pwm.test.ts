import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import type { Driver } from '../../src/hardware/driver.ts';
import { openGpiochip } from '../../src/hardware/gpiochip/gpiochip-driver.ts';
import { refusal } from '../hardware/rig.ts';
import { inBench, run, users } from './bench.ts';
import { pwmBoard } from './pwm-board.ts';

const CHIP = '/sys/class/pwm/pwmchip0';
const DIM = { active: 'high', initial: 0.5, frequencyHz: 1000 } as const;

describe("the kernel's PWM class", { ...inBench, timeout: 120_000 }, () => {
  it('refuses what the chip cannot do, in words', async (t) => {
    const driver = await aDriver(t);
    const at = { chip: 0, channel: 2 };
    await assert.rejects(
      driver.pwm(20, { ...DIM, ...at, frequencyHz: 100_000 }),
      refusal(/^channel 2 of pwmchip0 \(\d+-0041\) does not take a period of 10000 ns: E[A-Z]+$/),
    );
    await driver.pwm(20, { ...DIM, ...at });
    // All channels of this chip share one frequency.
    const other = driver.pwm(21, { ...DIM, chip: 0, channel: 3, frequencyHz: 500 });
    await assert.rejects(other, refusal(/^channel 3 of pwmchip0 .* does not take a period of 2000000 ns: EBUSY$/));
  });

  it('is not taken for the PWM of the header', async (t) => {
    const driver = await aDriver(t);
    await assert.rejects(driver.pwm(18, DIM), { name: 'HardwareUnsupported', message: /dtoverlay=pwm-2chan/ });
  });

  it('has one owner for a channel that the kernel uses itself, too', async (t) => {
    const driver = await aDriver(t);
    // The channel for all at once excludes single ones.
    await assert.rejects(driver.pwm(4, { ...DIM, chip: 0, channel: 16 }), refusal(/^channel 16 .* already taken/));
  });

  it('goes on with the signal when the process is killed, and the next one takes it over', async (t) => {
    const keep = "setInterval(() => {}, 1000); console.log('on');";
    const first = run(script('await driver.pwm(18, { ...options, chip: 0, channel: 0 });', keep), {});
    await t.waitFor(() => assert.match(first.output(), /on/, first.errors()), { interval: 20, timeout: 20_000 });
    first.child.kill('SIGKILL');
    await first.exited;
    assert.equal(pwmBoard.duty(18), 0.5);

    const driver = await aDriver(t);
    const lamp = await driver.pwm(18, { ...DIM, chip: 0, channel: 0, initial: 0.75 });
    assert.equal(pwmBoard.duty(18), 0.75);
    lamp.write(0.125);
    assert.equal(pwmBoard.duty(18), 0.125);
  });

  it('is for the group gpio where udev opens it, which comes a moment after the export', async (t) => {
    const program = (channel: number) =>
      run(script(`await driver.pwm(19, { ...options, chip: 0, channel: ${channel} });`), users.gpioMember());
    const closed = program(6);
    assert.notEqual(await closed.exited, 0);
    assert.match(closed.errors(), /HardwareError\]?: No permission on .*pwmchip0\/export: PWM is for the group gpio/);

    openToGroup(`${CHIP}/export`);
    const opened = program(7);
    await t.waitFor(() => assert.ok(existsSync(`${CHIP}/pwm7`)), { interval: 20, timeout: 20_000 });
    openToGroup(`${CHIP}/pwm7/period`, `${CHIP}/pwm7/duty_cycle`, `${CHIP}/pwm7/enable`, `${CHIP}/pwm7/polarity`);
    assert.equal(await opened.exited, 0, opened.errors());
    assert.equal(pwmBoard.duty(25), 0.5);
  });
});

async function aDriver(t: TestContext): Promise<Driver> {
  const driver = await openGpiochip();
  t.after(() => driver.close());
  return driver;
}

/** As the rule of Raspberry Pi OS does: the group may what the owner may. */
function openToGroup(...paths: string[]): void {
  execFileSync('chgrp', [String(users.gpioMember().gid), ...paths]);
  execFileSync('chmod', ['g=u', ...paths]);
}

/** Arguments for a Node that opens the driver as `driver`. */
function script(...statements: string[]): string[] {
  const driver = new URL('../../src/hardware/gpiochip/gpiochip-driver.ts', import.meta.url);
  const lines = [
    `import { openGpiochip } from ${JSON.stringify(driver.href)};`,
    'const driver = await openGpiochip();',
    `const options = ${JSON.stringify(DIM)};`,
    ...statements,
  ];
  return ['--input-type=module', '--eval', lines.join('\n')];
}
