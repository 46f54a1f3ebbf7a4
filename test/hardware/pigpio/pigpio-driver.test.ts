import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import { openPigpio } from '../../../src/hardware/pigpio/pigpio-driver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { driverContract } from '../contract.ts';
import { refusal } from '../rig.ts';
import { aBoard } from './a-board.ts';
import { FakeChildren } from './fake-children.ts';

const machine = aBoard(temporaryFolder({ after }));
let children: FakeChildren;

function open() {
  children = new FakeChildren();
  return openPigpio({ ...machine, start: children.start });
}

driverContract('pigpio in a fake child', open, {
  pull: (pin, level) => children.wires.pull(pin, level),
  level: (pin) => children.wires.levels.get(pin) ?? 0,
  soon: true,
  pwm: { pins: [17, 22], duty: (pin) => children.wires.duties.get(pin) ?? 0 },
  pulseUs: (pin) => children.wires.pulses.get(pin) ?? 0,
});

describe('the pigpio driver', () => {
  it('sets the level of an output before its direction, so that it shows no other before', async (t) => {
    const { driver, calls } = await aDriver(t);
    await driver.output(17, { active: 'low', initial: false });
    // pigpio's write does both, in this order; a mode first would show what the pin had in mind.
    assert.deepEqual(calls, ['17 digitalWrite 1']);
  });

  it("debounces with pigpio's filter, which is set before edges are heard", async (t) => {
    const { driver, calls } = await aDriver(t);
    await driver.input(27, { pull: 'up', active: 'low', debounceMs: 20 });
    assert.deepEqual(calls, ['27 mode 0', '27 pullUpDown 2', '27 glitchFilter 20000']);
  });

  it('refuses a debounce period that pigpio does not have', async (t) => {
    const { driver } = await aDriver(t);
    const tooLong = driver.input(27, { pull: 'up', active: 'low', debounceMs: 301 });
    await assert.rejects(tooLong, refusal(/GPIO 27: pigpio debounces up to 300 ms, not 301 ms/));
  });

  it('refuses a frequency that pigpio does not have, and names the nearest', async (t) => {
    const { driver } = await aDriver(t);
    const odd = driver.pwm(18, { active: 'high', initial: 0, frequencyHz: 25_000 });
    await assert.rejects(odd, refusal(/GPIO 18 .*has no 25000 Hz, the nearest is 8000 Hz/));
    await driver.pwm(18, { active: 'high', initial: 0, frequencyHz: 8000 });
  });

  it('sets the frequency once, and then only the duty', async (t) => {
    const { driver, calls } = await aDriver(t);
    const lamp = await driver.pwm(18, { active: 'high', initial: 0, frequencyHz: 500 });
    lamp.write(0.5);
    await driver.close();
    assert.deepEqual(calls, ['18 pwmFrequency 500', '18 pwmWrite 0', '18 pwmWrite 20000']);
  });

  it('says what pigpio says when a pin cannot be claimed, and the pin is free again', async (t) => {
    const { driver } = await aDriver(t);
    children.wires.refused.add(17);
    const claim = () => driver.output(17, { active: 'high', initial: true });
    await assert.rejects(claim(), refusal(/GPIO 17 cannot be claimed through pigpio: pigpio error -3 in gpioWrite/));
    children.wires.refused.clear();
    await claim();
  });

  it('refuses to write, read inputs or claim after it is closed', async (t) => {
    const { driver } = await aDriver(t);
    const led = await driver.output(17, { active: 'high', initial: false });
    const button = await driver.input(27, { pull: 'up', active: 'low', debounceMs: 0 });
    await driver.close();
    assert.throws(() => led.write(true), refusal(/GPIO 17 is out of reach: pigpio is closed/));
    assert.throws(() => button.read(), refusal(/GPIO 27 is out of reach: pigpio is closed/));
    await assert.rejects(driver.output(22, { active: 'high', initial: false }), refusal(/GPIO 22 .* is closed/));
  });
});

async function aDriver(t: TestContext) {
  const driver = await open();
  t.after(() => driver.close());
  return { driver, calls: children.wires.calls };
}
