import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HardwareError } from '../../src/hardware/driver.ts';
import { aBank, anOutput, LED } from './a-bank.ts';

const HOUR_MS = 3_600_000;

describe('a pulse', () => {
  for (const { initial, action, during, after } of [
    { initial: 'off', action: 'on', during: 'on', after: 'off' },
    { initial: 'on', action: 'off', during: 'off', after: 'on' },
    { initial: 'off', action: 'toggle', during: 'on', after: 'off' },
    { initial: 'on', action: 'toggle', during: 'off', after: 'on' },
    { initial: 'on', action: 'on', during: 'on', after: 'off' },
  ] as const) {
    it(`of ${action} on an output that is ${initial} ends with ${after}, to the millisecond`, async () => {
      const { bank, clock, led } = await aBank(anOutput({ initial }));
      const answer = bank.switch('led', { action: action, durationS: 5 });
      assert.deepEqual([answer?.state, answer?.until], [during, '2026-11-23T10:00:05.000Z']);
      await clock.advance(4_999);
      assert.equal(led()?.state, during);
      await clock.advance(1);
      assert.deepEqual(led(), {
        id: 'led',
        pin: LED,
        state: after,
        held_by: null,
        until: null,
        rule: null,
        demand: null,
        level: null,
      });
    });
  }

  it('drives the pin when it ends', async () => {
    const { bank, clock, pins } = await aBank(anOutput({ active: 'low' }));
    bank.switch('led', { action: 'on', durationS: 0.01 });
    await clock.advance(10);
    assert.deepEqual(pins.levelsOf(LED), [1, 0, 1]);
  });

  it('that was replaced by a command does not end it', async () => {
    const { bank, clock, led } = await aBank();
    bank.switch('led', { action: 'on', durationS: 5 });
    await clock.advance(2_000);
    assert.equal(bank.switch('led', { action: 'on' })?.until, null);
    await clock.advance(HOUR_MS);
    assert.deepEqual([led()?.state, led()?.held_by], ['on', 'api']);
  });

  it('that was replaced by another one ends when the other one does', async () => {
    const { bank, clock, pins } = await aBank();
    bank.switch('led', { action: 'on', durationS: 5 });
    await clock.advance(2_000);
    bank.switch('led', { action: 'on', durationS: 10 });
    await clock.advance(9_999);
    assert.equal(pins.level(LED), 1);
    await clock.advance(1);
    assert.equal(pins.level(LED), 0);
    await clock.advance(HOUR_MS);
    assert.deepEqual(pins.levelsOf(LED), [0, 1, 0]);
  });

  it('lasts as long as it was asked for, whatever happens to the wall clock', async () => {
    const { bank, clock, led } = await aBank();
    bank.switch('led', { action: 'on', durationS: 5 });
    clock.step(10 * HOUR_MS);
    await clock.advance(4_999);
    assert.equal(led()?.state, 'on');
    clock.step(-20 * HOUR_MS);
    await clock.advance(1);
    assert.equal(led()?.state, 'off');
  });

  it('runs on when a command in between does not reach the pin', async () => {
    const { bank, clock, pins, led } = await aBank();
    bank.switch('led', { action: 'on', durationS: 5 });
    pins.breakPin(LED);
    assert.throws(() => bank.switch('led', { action: 'off' }), HardwareError);
    assert.equal(led()?.until, '2026-11-23T10:00:05.000Z');
    pins.breakPin(LED, false);
    await clock.advance(5_000);
    assert.deepEqual([led()?.state, led()?.until], ['off', null]);
  });

  it('whose end the pin does not obey is ended as soon as it does', async () => {
    const { bank, clock, pins, faults, led } = await aBank();
    bank.switch('led', { action: 'on', durationS: 5 });
    pins.breakPin(LED);
    await clock.advance(7_500);
    assert.deepEqual([led()?.state, faults], ['on', ['led']]);
    pins.breakPin(LED, false);
    await clock.advance(500);
    assert.deepEqual([led()?.state, led()?.held_by], ['off', null]);
  });
});

describe('a pulse of off, whose end would switch on', () => {
  /** `down` goes off for 5 s; `up` goes on meanwhile. */
  async function aMotor(excludes = ['down']) {
    const built = await aBank(anOutput({ id: 'up', pin: 5, excludes }), anOutput({ id: 'down', pin: 6 }));
    built.bank.switch('down', { action: 'on' });
    built.bank.switch('down', { action: 'off', durationS: 5 });
    built.bank.switch('up', { action: 'on' });
    return built;
  }

  it('stays off where an output that excludes it is on, nobody holds it, and nothing switches it on later', async () => {
    const { bank, clock, pins } = await aMotor();
    await clock.advance(5_000);
    const { state, held_by, until } = bank.get('down') ?? {};
    assert.deepEqual([state, held_by, until], ['off', null, null]);
    await clock.advance(HOUR_MS);
    bank.switch('up', { action: 'off' });
    await clock.advance(HOUR_MS);
    assert.deepEqual(pins.levelsOf(6), [0, 1, 0]);
  });

  it('stays off also where that one does not obey', async () => {
    const { bank, clock, pins } = await aMotor();
    pins.breakPin(5);
    assert.throws(() => bank.switch('up', { action: 'off' }), HardwareError);
    await clock.advance(5_000);
    pins.breakPin(5, false);
    await clock.advance(HOUR_MS);
    bank.switch('up', { action: 'off' });
    assert.deepEqual(pins.levelsOf(6), [0, 1, 0]);
  });

  it('ends with on where that one is off in time', async () => {
    const { bank, clock } = await aMotor();
    bank.switch('up', { action: 'off' });
    await clock.advance(5_000);
    assert.equal(bank.get('down')?.state, 'on');
  });

  it('negative control: ends with on where the other one is none of its business', async () => {
    const { bank, clock } = await aMotor([]);
    await clock.advance(5_000);
    assert.equal(bank.get('down')?.state, 'on');
  });
});
