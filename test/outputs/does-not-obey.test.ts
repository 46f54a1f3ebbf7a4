import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HardwareError } from '../../src/hardware/driver.ts';
import { OutputRefused } from '../../src/outputs/change.ts';
import { aBank, anOutput, LED } from './a-bank.ts';

const UP = 5;
const DOWN = 6;
const cold = { rule: 'cold', why: 'test' };

describe('an output whose counterpart does not obey', () => {
  /** `up` was told to go on, and nobody knows whether it did. */
  async function aStuckMotor(excludes = ['down']) {
    const built = await aBank(anOutput({ id: 'up', pin: UP, excludes }), anOutput({ id: 'down', pin: DOWN }));
    built.pins.breakPin(UP);
    assert.throws(() => built.bank.switch('up', { action: 'on' }), HardwareError);
    return built;
  }

  it('is not switched on by a command, until the counterpart obeys', async () => {
    const { bank, pins, clock } = await aStuckMotor();
    const message = 'up is on, or does not obey, and down must never be on with it';
    assert.throws(() => bank.switch('down', { action: 'on' }), { name: 'OutputRefused', message });
    await clock.advance(60_000);
    assert.throws(() => bank.switch('down', { action: 'on' }), OutputRefused);
    pins.breakPin(UP, false);
    await clock.advance(1000);
    assert.equal(bank.switch('down', { action: 'on' })?.state, 'on');
    assert.equal(pins.level(UP), 0);
  });

  it('is not switched on by its rule, and is as soon as the counterpart obeys', async () => {
    const { bank, pins, clock } = await aStuckMotor();
    bank.own('down', 'cold');
    bank.demand('down', true, cold);
    await clock.advance(60_000);
    assert.deepEqual(pins.levelsOf(DOWN), [0]);
    pins.breakPin(UP, false);
    await clock.advance(1000);
    assert.deepEqual(
      [pins.levelsOf(UP), pins.levelsOf(DOWN)],
      [
        [0, 0],
        [0, 1],
      ],
    );
  });

  it('negative control: is where the other one is none of its business', async () => {
    const { bank } = await aStuckMotor([]);
    assert.equal(bank.switch('down', { action: 'on' })?.state, 'on');
  });
});

describe('an output that does not obey', () => {
  /** A command holds it on against its rule. */
  async function held() {
    const built = await aBank(anOutput({ override_s: 600 }));
    built.bank.own('led', 'cold');
    built.bank.demand('led', false, cold);
    built.bank.switch('led', { action: 'on' });
    built.pins.breakPin(LED);
    return built;
  }

  it('is not given back to its rule with auto: the command fails, and the one before still holds', async () => {
    const { bank, pins, clock, led } = await held();
    const before = led();
    assert.throws(() => bank.switch('led', { action: 'auto' }), HardwareError);
    assert.deepEqual(led(), before);
    assert.equal(led()?.held_by, 'api');
    assert.equal(bank.failing()[0]?.id, 'led');
    pins.breakPin(LED, false);
    await clock.advance(1000);
    assert.deepEqual(bank.failing(), []);
    assert.deepEqual([bank.switch('led', { action: 'auto' })?.state, led()?.held_by], ['off', 'rule']);
  });

  it('is held by no command that is over, and follows its rule as soon as it obeys', async () => {
    const { pins, clock, led } = await held();
    await clock.advance(600_000);
    assert.deepEqual([led()?.state, led()?.held_by, led()?.until], ['on', null, null]);
    pins.breakPin(LED, false);
    await clock.advance(1000);
    assert.deepEqual([led()?.state, led()?.held_by], ['off', 'rule']);
  });

  it('follows a rule that begins to want something while the end of a pulse is tried again', async () => {
    const { bank, pins, clock, led } = await held();
    pins.breakPin(LED, false);
    bank.rest('led', 'cold');
    bank.switch('led', { action: 'on', durationS: 5 });
    pins.breakPin(LED);
    await clock.advance(5000);
    bank.demand('led', true, cold);
    pins.breakPin(LED, false);
    await clock.advance(1000);
    assert.deepEqual([led()?.state, led()?.held_by, led()?.demand], ['on', 'rule', 'on']);
    assert.deepEqual(bank.failing(), []);
  });

  it('is held by no rule that is over', async () => {
    const { bank, pins, clock, led } = await held();
    pins.breakPin(LED, false);
    bank.switch('led', { action: 'auto' });
    pins.breakPin(LED);
    assert.throws(() => bank.switch('led', { action: 'on' }), HardwareError);
    bank.rest('led', 'cold');
    assert.deepEqual([led()?.held_by, led()?.demand], [null, null]);
    await clock.advance(1000);
    assert.deepEqual([led()?.held_by, led()?.demand], [null, null]);
  });
});
