import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal } from '../rig.ts';
import { aMortalDriver, ON, quiet } from './a-mortal-driver.ts';

const A_BUTTON = { pull: 'up', active: 'low', debounceMs: 0 } as const;

describe('a pigpio process that dies', () => {
  it('is replaced, and every output gets its last commanded state again', async (t) => {
    const { driver, children, clock, wires } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    await driver.output(22, ON);
    const lamp = await driver.pwm(18, { ...ON, initial: 0, frequencyHz: 1000 });
    led.write(false);
    lamp.write(0.3);
    await quiet();

    children.die();
    for (const pin of [17, 22]) wires.levels.set(pin, pin === 17 ? 1 : 0);
    wires.duties.set(18, 0);
    await clock.advance(1000);
    await quiet();
    assert.equal(children.starts, 2);
    assert.deepEqual([wires.levels.get(17), wires.levels.get(22), wires.duties.get(18)], [0, 1, 0.3]);
    led.write(true);
    await quiet();
    assert.equal(wires.levels.get(17), 1);
  });

  it('leaves the levels as they are; meanwhile writes and reads of inputs throw, and the fault is told', async (t) => {
    const { driver, children, clock, wires, faults } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    const button = await driver.input(27, A_BUTTON);
    children.die('SIGSEGV');
    await quiet();
    assert.deepEqual(faults, ['pigpio ended (SIGSEGV): outputs keep their levels until it is started again']);
    assert.throws(() => led.write(false), refusal(/^GPIO 17 is out of reach: pigpio ended \(SIGSEGV\) and is being/));
    assert.throws(() => button.read(), refusal(/^GPIO 27 is out of reach/));
    await assert.rejects(driver.output(22, ON), refusal(/^GPIO 22 is out of reach/));
    assert.equal(led.read(), true);
    assert.equal(wires.levels.get(17), 1);

    await clock.advance(1000);
    await quiet();
    assert.deepEqual(faults.slice(1), ['all is well']);
    assert.equal(button.read(), false);
  });

  it('carries out in its next life what it was told in its last moment', async (t) => {
    const { driver, children, clock, wires } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    led.write(false);
    children.die();
    await quiet();
    assert.equal(wires.levels.get(17), 1);
    await clock.advance(1000);
    await quiet();
    assert.equal(wires.levels.get(17), 0);
  });

  it('tells what an input did in between', async (t) => {
    const { driver, children, clock, wires } = await aMortalDriver(t);
    const button = await driver.input(27, A_BUTTON);
    const door = await driver.input(5, { ...A_BUTTON, pull: 'off' });
    const heard: string[] = [];
    button.onEdge((active) => heard.push(`button ${active}`));
    door.onEdge((active) => heard.push(`door ${active}`));
    children.die();
    wires.levels.set(5, 1);
    await clock.advance(1000);
    await quiet();
    assert.deepEqual(heard, ['door false']);
  });

  it('is tried again for ever, at growing distances up to half a minute', async (t) => {
    const { driver, children, clock, faults } = await aMortalDriver(t);
    await driver.output(17, ON);
    children.stillborn = "Can't lock /var/run/pigpio.pid";
    children.die();
    const startsAt: number[] = [];
    for (let second = 0; second <= 130; second += 1) {
      const before = children.starts;
      await clock.advance(1000);
      await quiet();
      if (children.starts > before) startsAt.push(second);
    }
    assert.deepEqual(startsAt, [0, 1, 3, 6, 12, 25, 51, 81, 111]);
    assert.match(faults.at(-1) ?? '', /Can't lock \/var\/run\/pigpio\.pid/);

    children.stillborn = undefined;
    await clock.advance(30_000);
    await quiet();
    assert.equal(faults.at(-1), 'all is well');
  });

  it('is replaced at once again after a good life', async (t) => {
    const { children, clock } = await aMortalDriver(t);
    for (let death = 0; death < 6; death += 1) {
      children.die();
      await clock.advance(30_000);
      await quiet();
    }
    await clock.advance(60_000);
    const before = children.starts;
    children.die();
    await clock.advance(200);
    assert.equal(children.starts, before + 1);
  });

  it('is replaced when it refuses a write, so that the pin gets what it should', async (t) => {
    const { driver, children, clock, wires, faults } = await aMortalDriver(t);
    const led = await driver.output(17, ON);
    wires.refused.add(17);
    led.write(false);
    await quiet();
    assert.match(faults[0] ?? '', /GPIO 17: pigpio error -3 in gpioWrite/);
    wires.refused.clear();
    await clock.advance(1000);
    await quiet();
    assert.equal(wires.levels.get(17), 0);
    assert.equal(faults.at(-1), 'all is well');
    assert.equal(children.starts, 2);
  });
});
