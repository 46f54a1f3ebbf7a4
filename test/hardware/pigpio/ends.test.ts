import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openPigpio } from '../../../src/hardware/pigpio/pigpio-driver.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { refusal } from '../rig.ts';
import { aMortalDriver, machine, ON, quiet } from './a-mortal-driver.ts';
import { FakeChildren } from './fake-children.ts';

describe('a pigpio process that hangs', () => {
  it('is killed after some seconds without an answer, and replaced', async (t) => {
    const { driver, children, clock, wires, faults } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    children.hang();
    led.write(false);
    await clock.advance(2500);
    assert.deepEqual(faults, []);
    await clock.advance(2000);
    await quiet();
    assert.match(faults[0] ?? '', /^pigpio ended \(it did not answer for 3 s\)/);
    assert.equal(wires.levels.get(17), 0);
  });

  it('is told from one whose answer waits because the server itself was busy', async (t) => {
    const { driver, children, clock, faults } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    led.write(false);
    await clock.stall(60_000);
    await quiet();
    await clock.advance(60_000);
    assert.deepEqual(faults, []);
    assert.equal(children.starts, 1);
  });

  it('is killed at the end, and the server does not wait for it', async (t) => {
    const { driver, children, clock } = await aMortalDriver(t);
    children.hang();
    const closed = driver.close();
    await clock.advance(2000);
    await closed;
  });
});

describe('the end of the driver', () => {
  it('leaves no timer behind', async (t) => {
    const { driver, clock } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    led.write(false);
    await driver.close();
    assert.equal(clock.waiting, 0);
  });

  it('ends the tries to bring a process back', async (t) => {
    const { driver, children, clock, faults } = await aMortalDriver(t);
    children.die();
    await quiet();
    await driver.close();
    await clock.advance(60_000);
    assert.equal(children.starts, 1);
    assert.equal(clock.waiting, 0);
    assert.equal(faults.length, 1);
  });

  for (const claims of [0, 1]) {
    it(`holds also for a process that is just being started with ${claims} pins`, async (t) => {
      const { driver, children, clock, faults } = await aMortalDriver(t);
      if (claims > 0) await driver.output(17, ON);
      children.sleepy = true;
      children.die();
      await clock.advance(1000);
      assert.equal(children.starts, 2);
      children.wake();
      await driver.close();
      await quiet();
      await assert.rejects(driver.output(22, ON), refusal(/pigpio is closed/));
      assert.deepEqual(faults.slice(1), []);
      assert.equal(clock.waiting, 0);
    });
  }
});

it('a first start that fails is an error that says why, and is not tried again', async () => {
  const [children, clock] = [new FakeChildren(), new FakeClock()];
  children.stillborn = "Can't lock /var/run/pigpio.pid";
  await assert.rejects(openPigpio({ ...machine, clock, start: children.start }), {
    name: 'HardwareError',
    message:
      "pigpio did not start: pigpio error -1 in gpioInitialise: Can't lock /var/run/pigpio.pid; " +
      'another program holds it: sudo systemctl disable --now pigpiod',
  });
  await clock.advance(60_000);
  assert.equal(children.starts, 1);
  assert.equal(clock.waiting, 0);
});
