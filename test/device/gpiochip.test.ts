import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { findHeaderChip } from '../../src/hardware/gpiochip/chip.ts';
import { openGpiochip } from '../../src/hardware/gpiochip/gpiochip-driver.ts';
import { type Kernel, loadKernel } from '../../src/hardware/gpiochip/kernel.ts';
import { driverContract } from '../hardware/contract.ts';
import { header, inBench, run, SIMULATOR, users } from './bench.ts';
import { pwmBoard } from './pwm-board.ts';

const LED = 17;
const BUTTON = 27;
const A_BUTTON = { pull: 'up', active: 'low', debounceMs: 0 } as const;

describe('gpiochip on a real kernel', { ...inBench, timeout: 120_000 }, () => {
  driverContract('gpiochip', openGpiochip, { ...header, pwm: pwmBoard });

  it('the header is found by its label', async () => {
    const { BENCH_GPIO_LABEL: label = '', BENCH_GPIO_LINES: lines } = process.env;
    assert.deepEqual(await findHeaderChip(), { path: '/dev/gpiochip0', label, lines: Number(lines) });
  });

  it('an output has its level before anything is written to it', async (t) => {
    const { kernel, calls } = await countingKernel();
    const driver = await openGpiochip({ kernel });
    t.after(() => driver.close());
    header.pull(LED, 0);
    const before = calls();
    await driver.output(LED, { active: 'low', initial: false });
    assert.equal(calls(), before + 1);
    assert.equal(header.level(LED), 1);
  });

  it('a contact that settles within the debounce period is no press', async (t) => {
    const driver = await openGpiochip();
    t.after(() => driver.close());
    const heard: boolean[] = [];
    const button = await driver.input(BUTTON, { ...A_BUTTON, debounceMs: 200 });
    button.onEdge((active) => heard.push(active));
    header.pull(BUTTON, 0);
    header.pull(BUTTON, 1);
    // The press that follows is held: hearing it first and alone shows that nothing came of the touch before.
    header.pull(BUTTON, 0);
    await t.waitFor(() => assert.deepEqual(heard, [true]), { interval: 5, timeout: 5000 });
    assert.equal(button.read(), true);
  });

  it('edges that come before the listener, or while the event loop is busy, are late but not lost', async (t) => {
    const driver = await openGpiochip();
    t.after(() => driver.close());
    const button = await driver.input(BUTTON, A_BUTTON);
    const heard: boolean[] = [];
    pressWhileBlocked(3);
    button.onEdge((active) => heard.push(active));
    // More edges than the 16 that the kernel keeps unasked.
    pressWhileBlocked(12);
    await t.waitFor(() => assert.equal(heard.length, 30), { interval: 5, timeout: 5000 });
    assert.deepEqual(
      heard,
      heard.map((_, index) => index % 2 === 0),
    );
  });
});

describe('processes on a real kernel', { ...inBench, timeout: 120_000 }, () => {
  it('a process with a listener ends when its work does, closed or not', async () => {
    for (const ending of ['await driver.close()', '', 'process.exit(0)']) {
      const program = run(script(`(await driver.input(${BUTTON}, options)).onEdge(() => {});`, ending), {});
      assert.equal(await program.exited, 0, program.errors());
    }
  });

  it('the level of an output outlives a process that is killed: safe states need more than a dead process', async (t) => {
    const program = run(script(`await driver.output(${LED}, on); setInterval(() => {}, 1000); console.log('on');`), {});
    await t.waitFor(() => assert.match(program.output(), /on/, program.errors()), { interval: 20, timeout: 20_000 });
    program.child.kill('SIGKILL');
    assert.equal(await program.exited, 137);
    assert.equal(header.level(LED), 1);
  });

  it("a user in the chip's group needs no root", async () => {
    header.pull(LED, 0);
    const program = run(script(`await driver.output(${LED}, on);`, 'await driver.close()'), users.gpioMember());
    assert.equal(await program.exited, 0, program.errors());
    assert.equal(header.level(LED), 1);
  });

  it('anybody else is told which group it takes', async () => {
    const program = run(script(''), users.stranger());
    assert.notEqual(await program.exited, 0);
    assert.match(program.errors(), /No permission on \/dev\/gpiochip0: add the user to the group gpio/);
  });
});

/** Holds the event loop until the button was pressed and let go that often. The simulator interrupts at a 10 ms tick. */
function pressWhileBlocked(times: number): void {
  const file = `${SIMULATOR}/sim_gpio${BUTTON}/pull`;
  const press = ['down', 'up'].map((way) => `echo pull-${way} >${file}; sleep 0.03`).join('; ');
  execFileSync('sh', ['-c', `for press in $(seq ${times}); do ${press}; done`]);
}

/** Arguments for a Node that opens the driver as `driver`. */
function script(...statements: string[]): string[] {
  const driver = new URL('../../src/hardware/gpiochip/gpiochip-driver.ts', import.meta.url);
  const lines = [
    `import { openGpiochip } from ${JSON.stringify(driver.href)};`,
    'const driver = await openGpiochip();',
    "const on = { active: 'high', initial: true };",
    `const options = ${JSON.stringify(A_BUTTON)};`,
    ...statements,
  ];
  return ['--input-type=module', '--eval', lines.join('\n')];
}

async function countingKernel(): Promise<{ kernel: Kernel; calls(): number }> {
  const kernel = await loadKernel();
  let calls = 0;
  const ioctl: Kernel['ioctl'] = (...call) => {
    calls += 1;
    kernel.ioctl(...call);
  };
  return { kernel: { ...kernel, ioctl }, calls: () => calls };
}
