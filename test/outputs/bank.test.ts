import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HardwareError } from '../../src/hardware/driver.ts';
import { OutputBank } from '../../src/outputs/bank.ts';
import { onOff } from '../../src/outputs/state.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aBank, anOutput, aVent, LED, VENT } from './a-bank.ts';
import { openBreakable } from './breakable-driver.ts';

describe('an output', () => {
  for (const { active, initial, safe, level } of [
    { active: 'high', initial: undefined, safe: 'off', level: 0 },
    { active: 'high', initial: undefined, safe: 'on', level: 1 },
    { active: 'high', initial: 'on', safe: 'off', level: 1 },
    { active: 'low', initial: undefined, safe: 'off', level: 1 },
    { active: 'low', initial: 'off', safe: 'on', level: 1 },
    { active: 'low', initial: 'on', safe: 'off', level: 0 },
  ] as const) {
    it(`has level ${level} and no other first: active ${active}, initial ${initial}, safe ${safe}`, async () => {
      const { pins, led } = await aBank(anOutput({ active, safe, ...(initial ? { initial } : {}) }));
      assert.deepEqual(pins.levelsOf(LED), [level]);
      assert.equal(led()?.state, (level === 1) === (active === 'high') ? 'on' : 'off');
    });
  }

  it('goes on, off and to the other state, on the pin and in the answer', async () => {
    const { bank, pins } = await aBank(anOutput({ active: 'low' }));
    const seen = (['on', 'on', 'off', 'toggle', 'toggle'] as const).map((action) => {
      const answer = bank.switch('led', { action });
      return [answer?.state, pins.level(LED), bank.states().led];
    });
    assert.deepEqual(seen, [
      ['on', 0, true],
      ['on', 0, true],
      ['off', 1, false],
      ['on', 0, true],
      ['off', 1, false],
    ]);
  });

  it('says who commanded it, and nobody at first', async () => {
    const { bank, led } = await aBank();
    assert.deepEqual(led(), {
      id: 'led',
      pin: LED,
      state: 'off',
      held_by: null,
      until: null,
      rule: null,
      demand: null,
      level: null,
    });
    assert.deepEqual(bank.switch('led', { action: 'on' }), {
      id: 'led',
      pin: LED,
      state: 'on',
      held_by: 'api',
      rule: null,
      demand: null,
      level: null,
      until: null,
    });
  });

  it('that does not exist is no output and no error', async () => {
    const { bank, pins } = await aBank();
    assert.equal(bank.switch('ghost', { action: 'on' }), undefined);
    assert.equal(bank.get('ghost'), undefined);
    assert.deepEqual(pins.levelsOf(LED), [0]);
  });

  it('is switched without the others', async () => {
    const { bank } = await aBank(anOutput(), aVent());
    bank.switch('vent', { action: 'off' });
    bank.switch('led', { action: 'on' });
    assert.deepEqual(bank.states(), { led: true, vent: false });
    assert.deepEqual(
      bank.list().map(({ id, state }) => [id, state]),
      [
        ['led', 'on'],
        ['vent', 'off'],
      ],
    );
  });

  it('that does not obey a command is told its state again until it does, and is said to fail until then', async () => {
    const { bank, pins, clock } = await aBank();
    bank.switch('led', { action: 'on' });
    pins.breakPin(LED);
    assert.throws(() => bank.switch('led', { action: 'off' }), HardwareError);
    assert.deepEqual(bank.failing(), [{ id: 'led', since: clock.now() }]);
    const seen = pins.levelsOf(LED).length;
    await clock.advance(2000);
    pins.breakPin(LED, false);
    await clock.advance(1000);
    assert.deepEqual([bank.failing(), pins.levelsOf(LED).slice(seen)], [[], [1]]);
  });

  it('that does not obey stays what it was, and so does its holder', async () => {
    const { bank, pins, led } = await aBank();
    pins.breakPin(LED);
    const before = led();
    for (const durationS of [undefined, 5]) {
      assert.throws(() => bank.switch('led', { action: 'on', durationS }), HardwareError);
      assert.deepEqual(led(), before);
    }
    pins.breakPin(LED, false);
    assert.equal(bank.switch('led', { action: 'toggle' })?.state, 'on');
  });
});

describe('the safe states', () => {
  it('are driven on every output, and running pulses end without a trace', async () => {
    const { bank, pins, clock } = await aBank(anOutput(), aVent());
    bank.switch('led', { action: 'on', durationS: 5 });
    bank.switch('vent', { action: 'off', durationS: 5 });
    bank.makeSafe();
    assert.deepEqual(bank.states(), { led: false, vent: true });
    assert.deepEqual([pins.level(LED), pins.level(VENT)], [0, 1]);
    await clock.advance(60_000);
    assert.deepEqual(bank.states(), { led: false, vent: true });
    assert.deepEqual(
      bank.list().map(({ held_by, until }) => [held_by, until]),
      [
        [null, null],
        [null, null],
      ],
    );
  });

  it('reach the outputs behind one that does not obey, and the fault is told', async () => {
    const { bank, pins } = await aBank(anOutput(), anOutput({ id: 'pump', pin: 5 }), aVent());
    for (const id of ['led', 'pump']) bank.switch(id, { action: 'on' });
    bank.switch('vent', { action: 'off' });
    pins.breakPin(LED);
    assert.throws(
      () => bank.makeSafe(),
      (error) => error instanceof AggregateError && error.errors.length === 1,
    );
    assert.deepEqual([pins.level(LED), pins.level(5), pins.level(VENT)], [1, 0, 1]);
  });

  it('are driven on the lines that were claimed before one that cannot be had', async () => {
    const clock = new FakeClock();
    const pins = openBreakable(clock);
    await pins.input(VENT, { pull: 'off', active: 'high', debounceMs: 0 });
    const heater = anOutput({ initial: 'on' });
    await assert.rejects(OutputBank.claim([heater, aVent()], pins, { clock, onFault: assert.fail }), {
      name: 'HardwareError',
      message: /GPIO 22 .* is already taken/,
    });
    assert.deepEqual(pins.levelsOf(LED), [1, 0]);
  });

  it('that cannot be driven then do not hide why the other line cannot be had', async () => {
    const clock = new FakeClock();
    const pins = openBreakable(clock);
    await pins.input(VENT, { pull: 'off', active: 'high', debounceMs: 0 });
    pins.breakPin(LED);
    const claim = OutputBank.claim([anOutput({ initial: 'on' }), aVent()], pins, { clock, onFault: assert.fail });
    await assert.rejects(claim, {
      name: 'HardwareError',
      message: /GPIO 22 .* is already taken.*; not every output is safe now: GPIO 17 is gone$/,
    });
  });
});

it('a state is on or off in words, and null where there is none', () => {
  assert.deepEqual([onOff(true), onOff(false), onOff(undefined)], ['on', 'off', null]);
});
