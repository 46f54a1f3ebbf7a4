import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import type { Driver } from '../../src/hardware/driver.ts';
import { openPigpio } from '../../src/hardware/pigpio/pigpio-driver.ts';
import { driverContract } from '../hardware/contract.ts';
import { refusal } from '../hardware/rig.ts';
import { header, inPigpioBench, run, users } from './bench.ts';

const LED = 17;
const BUTTON = 27;
const ON = { active: 'high', initial: true } as const;
const LIBRARY = '/usr/lib/libpigpio.so.1';

// pigpio writes registers: that somebody else has a pin is nothing that it could know.
const { taken: _, ...pins } = header;

describe('pigpio on a real kernel', { ...inPigpioBench, timeout: 300_000 }, () => {
  driverContract('pigpio', openPigpio, {
    ...pins,
    soon: true,
    pwm: { pins: [18, 19], duty: (pin) => (note(pin).what === 'pwm' ? note(pin).part : header.level(pin)) },
    pulseUs: (pin) => note(pin).value,
  });

  it('makes the frequency that was asked for', async (t) => {
    const driver = await aDriver(t);
    await driver.pwm(18, { active: 'high', initial: 0.5, frequencyHz: 250 });
    assert.equal(note(18).frequency, 250);
    const odd = driver.pwm(19, { active: 'high', initial: 0.5, frequencyHz: 300 });
    await assert.rejects(odd, refusal(/GPIO 19 .*has no 300 Hz, the nearest is 320 Hz/));
  });

  it('opens neither TCP 8888 nor a pipe for commands, and without care it would', async (t) => {
    const driver = await aDriver(t);
    assert.deepEqual([listens(8888), existsSync('/dev/pigpio')], [false, false]);
    await driver.close();

    const careless = run(['-e', "require('pigpio').initialize(); console.log('up'); setInterval(() => {}, 1000)"], {});
    t.after(() => careless.child.kill('SIGKILL'));
    await soon(t, () => assert.match(careless.output(), /up/, careless.errors()));
    assert.deepEqual([listens(8888), existsSync('/dev/pigpio')], [true, true]);
    careless.child.kill('SIGKILL');
    await careless.exited;
  });

  it('a process that is killed is replaced; outputs keep their levels and get them again', async (t) => {
    const driver = await aDriver(t);
    const faults: string[] = [];
    driver.onFault?.((fault) => faults.push(fault?.message ?? 'all is well'));
    const led = await driver.output(LED, ON);
    const lamp = await driver.pwm(18, { active: 'high', initial: 0, frequencyHz: 1000 });
    const button = await driver.input(BUTTON, { pull: 'up', active: 'low', debounceMs: 0 });
    const heard: boolean[] = [];
    button.onEdge((active) => heard.push(active));
    lamp.write(0.25);
    await soon(t, () => assert.equal(note(18).part, 0.25));

    const first = holder();
    process.kill(first, 'SIGKILL');
    await soon(t, () => assert.equal(faults.length, 1));
    assert.equal(header.level(LED), 1);
    assert.throws(() => led.write(false), refusal(/GPIO 17 is out of reach: pigpio ended \(SIGKILL\)/));
    // The press that nobody hears is told afterwards.
    header.pull(BUTTON, 0);
    await soon(t, () => assert.equal(faults.at(-1), 'all is well'), 30_000);
    assert.notEqual(holder(), first);
    assert.deepEqual([header.level(LED), note(18).part], [1, 0.25]);
    led.write(false);
    await soon(t, () => assert.equal(header.level(LED), 0));
  });

  it("signals that are meant for the server end neither the process nor the server's outputs", async (t) => {
    const driver = await aDriver(t);
    const led = await driver.output(LED, { ...ON, initial: false });
    const child = holder();
    for (const signal of ['SIGTERM', 'SIGCONT', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTSTP'] as const) {
      process.kill(child, signal);
      const on = header.level(LED) === 0;
      led.write(on);
      await soon(t, () => assert.equal(header.level(LED), on ? 1 : 0, signal));
    }
    assert.equal(holder(), child);
  });

  it('what it holds already is refused with the way out', async (t) => {
    await aDriver(t);
    await assert.rejects(
      openPigpio(),
      refusal(/Can't lock \/var\/run\/pigpio\.pid; .*systemctl disable --now pigpiod$/),
    );
  });

  it('a library that is gone is said in one sentence, and the console stays quiet', async (t) => {
    renameSync(LIBRARY, `${LIBRARY}.away`);
    t.after(() => renameSync(`${LIBRARY}.away`, LIBRARY));
    const program = run(script(''), {});
    assert.notEqual(await program.exited, 0);
    assert.equal(program.output(), '');
    assert.match(
      program.errors(),
      /HardwareError: pigpio did not start: libpigpio cannot be loaded \(libpigpio\.so\.1: cannot/,
    );
    assert.doesNotMatch(program.errors(), /Warning/);
  });
});

describe('processes with pigpio on a real kernel', { ...inPigpioBench, timeout: 300_000 }, () => {
  for (const ending of ['await driver.close()', '', 'process.exit(0)']) {
    it(`a process that ends with "${ending}" takes its child along and leaves the levels`, async (t) => {
      header.pull(LED, 0);
      const program = run(script(`await driver.output(${LED}, ${JSON.stringify(ON)});`, ending), {});
      assert.equal(await program.exited, 0, program.errors());
      await soon(t, () => assert.throws(holder));
      assert.equal(header.level(LED), 1);
    });
  }

  it('a process that is killed takes its child along, which frees pigpio for the next', async (t) => {
    const keep = "setInterval(() => {}, 1000); console.log('on');";
    // An input that is listened to would keep the child alive.
    const press = `await driver.input(${BUTTON}, { pull: 'up', active: 'low', debounceMs: 0 });`;
    const program = run(script(`await driver.output(${LED}, ${JSON.stringify(ON)});`, press, keep), {});
    await soon(t, () => assert.match(program.output(), /on/, program.errors()), 20_000);
    const child = holder();
    program.child.kill('SIGKILL');
    await program.exited;
    await soon(t, () => assert.throws(() => process.kill(child, 0)));
    assert.equal(header.level(LED), 1);
    await aDriver(t);
  });

  it('nobody but root is let in, with a sentence that names the other way', async () => {
    const program = run(script(''), users.gpioMember());
    assert.notEqual(await program.exited, 0);
    assert.match(program.errors(), /HardwareError: pigpio cannot be used: it needs root; .*EDGE_HARDWARE=gpiochip/);
  });
});

async function aDriver(t: TestContext): Promise<Driver> {
  const driver = await openPigpio();
  t.after(() => driver.close());
  return driver;
}

const soon = (t: TestContext, assertion: () => void, timeout = 10_000) =>
  t.waitFor(assertion, { interval: 20, timeout });

/** The process that holds pigpio. Throws where there is none. */
const holder = () => Number(readFileSync('/run/pigpio.pid', 'utf8'));

/** What the library was last told about a pin: the bench's one notes what a real one makes by DMA. */
function note(pin: number) {
  const [what, value, range, frequency] = readFileSync(`/run/pigpio/gpio${pin}`, 'utf8').split(' ');
  return { what, value: Number(value), part: Number(value) / Number(range), frequency: Number(frequency) };
}

/** Whether anybody listens on the port: state 0A in the kernel's tables. */
function listens(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFileSync(path, 'utf8')).join();
  return new RegExp(`:${hex} [0-9A-F]+:0000 0A `).test(tables);
}

/** Arguments for a Node that opens the driver as `driver`. */
function script(...statements: string[]): string[] {
  const driver = new URL('../../src/hardware/pigpio/pigpio-driver.ts', import.meta.url);
  const lines = [
    `import { openPigpio } from ${JSON.stringify(driver.href)};`,
    'const driver = await openPigpio();',
    ...statements,
  ];
  return ['--input-type=module', '--eval', lines.join('\n')];
}
