import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import type { Driver, InputOptions, OutputOptions } from '../../src/hardware/driver.ts';
import { dimmingContract, servoContract } from './contract-dimming.ts';
import { type Rig, refusal, shows, soon } from './rig.ts';

const LED = 17;
const VENT = 22;
const BUTTON = 27;
const DOOR = 5;

const anOutput = (changes: Partial<OutputOptions> = {}): OutputOptions => ({
  active: 'high',
  initial: false,
  ...changes,
});
const anInput = (changes: Partial<InputOptions> = {}): InputOptions => ({
  pull: 'off',
  active: 'high',
  debounceMs: 0,
  ...changes,
});

/** What every driver does, whatever it is made of. */
export function driverContract(name: string, openDriver: () => Promise<Driver>, rig: Rig): void {
  describe(`${name} as a driver`, () => {
    let driver: Driver;
    beforeEach(async () => {
      driver = await openDriver();
    });
    afterEach(() => driver.close());

    describe('outputs', () => outputContract(() => driver, rig));
    describe('inputs', () => inputContract(() => driver, rig));
    describe('claims', () => claimContract(() => driver, openDriver, rig));
    const { pwm, pulseUs } = rig;
    if (pwm) describe('dimming', () => dimmingContract(() => driver, rig, pwm));
    if (pulseUs) describe('servos', () => servoContract(() => driver, rig, pulseUs));
    it('what it says it can do is what is tried here', () => {
      const { capabilities } = driver;
      assert.deepEqual(
        { pwm: capabilities.has('pwm'), servo: capabilities.has('servo'), call: driver.servo !== undefined },
        { pwm: pwm !== undefined, servo: pulseUs !== undefined, call: pulseUs !== undefined },
      );
    });
  });
}

function outputContract(driver: () => Driver, rig: Rig): void {
  for (const active of ['high', 'low'] as const) {
    for (const initial of [true, false]) {
      it(`an output with active ${active} is ${initial ? 'on' : 'off'} from the claim on when asked so`, async () => {
        const led = await driver().output(LED, anOutput({ active, initial }));
        assert.equal(rig.level(LED), initial === (active === 'high') ? 1 : 0);
        assert.equal(led.read(), initial);
      });
    }

    it(`a write to an output with active ${active} shows on the pin and when read back`, async (t) => {
      const led = await driver().output(LED, anOutput({ active }));
      led.write(true);
      await shows(t, rig, () => assert.equal(rig.level(LED), active === 'high' ? 1 : 0));
      assert.equal(led.read(), true);
      led.write(false);
      await shows(t, rig, () => assert.equal(rig.level(LED), active === 'high' ? 0 : 1));
      assert.equal(led.read(), false);
    });
  }

  it('outputs do not disturb each other', async (t) => {
    const led = await driver().output(LED, anOutput());
    const vent = await driver().output(VENT, anOutput({ initial: true }));
    led.write(true);
    vent.write(false);
    await shows(t, rig, () => assert.deepEqual([rig.level(LED), rig.level(VENT)], [1, 0]));
  });

  it('the last write before the driver is closed is carried out, and its level stays', async () => {
    const led = await driver().output(LED, anOutput());
    led.write(true);
    await driver().close();
    assert.equal(rig.level(LED), 1);
  });
}

function inputContract(driver: () => Driver, rig: Rig): void {
  it('an input that nothing touches shows what its pull resistor says', async () => {
    const up = await driver().input(BUTTON, anInput({ pull: 'up' }));
    const down = await driver().input(DOOR, anInput({ pull: 'down' }));
    assert.deepEqual([up.read(), down.read()], [true, false]);
  });

  it('an input with active low is active when it is pulled low', async (t) => {
    const button = await driver().input(BUTTON, anInput({ pull: 'up', active: 'low' }));
    assert.equal(button.read(), false);
    rig.pull(BUTTON, 0);
    await shows(t, rig, () => assert.equal(button.read(), true));
  });

  it('the listener hears every change in order, as a logical state', async (t) => {
    const button = await driver().input(BUTTON, anInput({ pull: 'up', active: 'low' }));
    const heard = listenTo(button);
    for (const [level, active] of [
      [0, true],
      [1, false],
      [0, true],
    ] as const) {
      const before = heard.length;
      rig.pull(BUTTON, level);
      await hears(t, heard, before + 1);
      assert.equal(heard.at(-1), active);
    }
    assert.deepEqual(heard, [true, false, true]);
  });

  it('inputs report to their own listeners', async (t) => {
    const button = listenTo(await driver().input(BUTTON, anInput({ pull: 'down' })));
    const door = listenTo(await driver().input(DOOR, anInput({ pull: 'down' })));
    rig.pull(BUTTON, 1);
    rig.pull(DOOR, 1);
    await hears(t, button, 1);
    await hears(t, door, 1);
    rig.pull(DOOR, 0);
    await hears(t, door, 2);
    assert.deepEqual([button, door], [[true], [true, false]]);
  });

  it('a debounced input reports a contact that chatters once', async (t) => {
    const button = await driver().input(BUTTON, anInput({ pull: 'up', active: 'low', debounceMs: 40 }));
    const heard = listenTo(button);
    for (const level of [0, 1, 0, 1, 0] as const) rig.pull(BUTTON, level);
    await hears(t, heard, 1);
    assert.equal(button.read(), true);
    rig.pull(BUTTON, 1);
    await hears(t, heard, 2);
    assert.deepEqual(heard, [true, false]);
  });
}

function claimContract(driver: () => Driver, openDriver: () => Promise<Driver>, rig: Rig): void {
  it('a pin is claimed once', async () => {
    await driver().output(LED, anOutput());
    await assert.rejects(driver().input(LED, anInput()), refusal(/GPIO 17 .*already taken/));
  });

  for (const pin of [28, -1, 1.5]) {
    it(`${pin} is refused, because the header has the pins 0 to 27`, async () => {
      await assert.rejects(driver().output(pin, anOutput()), refusal(new RegExp(`GPIO ${pin} .*0 to 27`)));
    });
  }

  it('close releases every line, and closing again is harmless', async () => {
    await driver().output(LED, anOutput());
    await driver().input(BUTTON, anInput());
    await driver().close();
    await driver().close();
    const next = await openDriver();
    try {
      await next.output(LED, anOutput());
      await next.input(BUTTON, anInput());
    } finally {
      await next.close();
    }
  });

  const { taken } = rig;
  if (!taken) return;
  it('a pin that somebody else holds is refused with the name of the holder', async () => {
    const sentence = refusal(new RegExp(`GPIO ${taken.pin} .*already taken by "${taken.by}"`));
    await assert.rejects(driver().output(taken.pin, anOutput()), sentence);
  });
}

function listenTo(input: { onEdge(listener: (active: boolean) => void): void }): boolean[] {
  const heard: boolean[] = [];
  input.onEdge((active) => heard.push(active));
  return heard;
}

const hears = (t: TestContext, heard: boolean[], count: number) =>
  soon(t, () => assert.ok(heard.length >= count, `heard ${heard.length} of ${count}`));
