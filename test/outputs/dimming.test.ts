import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HardwareUnsupported } from '../../src/hardware/driver.ts';
import { OutputBank } from '../../src/outputs/bank.ts';
import { NotDimmable, type OutputChange } from '../../src/outputs/change.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aBank, anOutput, LED, VENT } from './a-bank.ts';
import { openBreakable } from './breakable-driver.ts';

const dimmable = anOutput({ pwm: { frequency_hz: 1000 } });

describe('an output that can be dimmed', () => {
  it('has the level that it is told, is off at 0, and fully on at "on"', async () => {
    const { bank, pins } = await aBank(dimmable);
    const seen = [{ level: 0.4 }, { level: 0 }, { action: 'on' as const }, { action: 'toggle' as const }].map(
      (wish) => {
        const { state, level } = bank.switch('led', wish) ?? {};
        return [state, level, pins.duty(LED)];
      },
    );
    assert.deepEqual(seen, [
      ['on', 0.4, 0.4],
      ['off', 0, 0],
      ['on', 1, 1],
      ['off', 0, 0],
    ]);
  });

  it('with low level active is as bright as it is told', async () => {
    const { bank, pins } = await aBank({ ...dimmable, active: 'low' });
    bank.switch('led', { level: 0.25 });
    assert.equal(pins.duty(LED), 0.75);
  });

  it('goes back after a pulse, and to its rule after its time: fully on', async () => {
    const { bank, clock, pins } = await aBank(dimmable);
    bank.switch('led', { level: 0.4, durationS: 5 });
    await clock.advance(5000);
    assert.equal(pins.duty(LED), 0);
    bank.own('led', 'dark');
    bank.demand('led', true, { rule: 'dark', why: 'test' });
    bank.switch('led', { level: 0.4, holdS: 60 });
    assert.equal(pins.duty(LED), 0.4);
    await clock.advance(60_000);
    assert.equal(pins.duty(LED), 1);
  });

  it('keeps its times for on and off, while another brightness is no switching', async () => {
    const { bank, clock, pins } = await aBank({ ...dimmable, min_on_s: 30, max_on_s: 60 });
    bank.switch('led', { level: 0.4 });
    await clock.advance(20_000);
    bank.switch('led', { level: 0.6 });
    assert.throws(() => bank.switch('led', { level: 0 }), { name: 'OutputRefused', retryAfterS: 10 });
    await clock.advance(40_000);
    assert.equal(pins.duty(LED), 0, 'on for 60 s, however bright');
  });

  it('never shines together with what it excludes', async () => {
    const { bank } = await aBank({ ...dimmable, excludes: ['vent'] }, anOutput({ id: 'vent', pin: VENT }));
    bank.switch('vent', { action: 'on' });
    assert.throws(() => bank.switch('led', { level: 0.1 }), { name: 'OutputRefused' });
  });

  it('is safe at the end, and tells of every change of its level', async () => {
    const { bank, pins } = await aBank({ ...dimmable, safe: 'on' });
    const changes: OutputChange[] = [];
    bank.onChange((change) => void changes.push(change));
    bank.switch('led', { level: 0.4 });
    bank.switch('led', { level: 0.4 });
    bank.makeSafe();
    assert.deepEqual(
      changes.map(({ from, to, level, by }) => [from, to, level, by]),
      [
        [true, true, 0.4, 'api'],
        [true, true, 1, 'stop'],
      ],
    );
    assert.equal(pins.duty(LED), 1);
  });
});

describe('a level for an output that cannot be dimmed', () => {
  it('is refused with the reason, and changes nothing', async () => {
    const { bank, pins } = await aBank();
    assert.throws(
      () => bank.switch('led', { level: 0.4 }),
      new NotDimmable('led cannot be dimmed: it has no pwm in the configuration'),
    );
    assert.equal(pins.level(LED), 0);
  });

  it('is refused where the driver has no PWM there, and the output is switched all the same', async () => {
    const clock = new FakeClock();
    const pins = openBreakable(clock);
    const pwm = () => Promise.reject(new HardwareUnsupported('GPIO 17 has no PWM'));
    const bank = await OutputBank.claim([dimmable], { ...pins, pwm }, { clock, onFault: assert.fail });
    assert.throws(() => bank.switch('led', { level: 0.4 }), /led cannot be dimmed: GPIO 17 has no PWM/);
    assert.equal(bank.switch('led', { action: 'on' })?.level, null);
    assert.equal(pins.level(LED), 1);
  });
});
