import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutputConfig } from '../../schemas/devices.ts';
import { driveSafe } from '../../src/outputs/drive-safe.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aBank, anOutput } from './a-bank.ts';
import { openBreakable } from './breakable-driver.ts';

const CLOSE = 5;
const OPEN = 6;
/** Both directions of a motor: without a server the vent is driven open. */
const motor = (excludes: 'named by one' | 'named by the other' | 'not'): OutputConfig[] => [
  anOutput({
    id: 'open',
    pin: OPEN,
    safe: 'on',
    initial: 'off',
    excludes: excludes === 'named by one' ? ['close'] : [],
  }),
  anOutput({ id: 'close', pin: CLOSE, excludes: excludes === 'named by the other' ? ['open'] : [] }),
];

describe('at the end, an output whose counterpart does not go off', () => {
  for (const excludes of ['named by one', 'named by the other'] as const) {
    it(`stays off, and goes on when the counterpart has obeyed: ${excludes}`, async () => {
      const { bank, pins } = await aBank(...motor(excludes));
      bank.switch('close', { action: 'on' });
      pins.breakPin(CLOSE);
      assert.throws(
        () => bank.makeSafe(),
        ({ errors }: AggregateError) => {
          const sentences = errors.map(({ message }) => message);
          const keptOff = 'open stays off: close, which must never be on with it, did not go off';
          assert.deepEqual(sentences, ['GPIO 5 is gone', keptOff]);
          return true;
        },
      );
      assert.deepEqual([pins.level(CLOSE), pins.level(OPEN)], [1, 0]);
      pins.breakPin(CLOSE, false);
      bank.makeSafe();
      assert.deepEqual([pins.level(CLOSE), pins.level(OPEN)], [0, 1]);
      assert.deepEqual(pins.levelsOf(OPEN), [0, 0, 1]);
    });
  }

  it('stays off also where only the last word of the counterpart was not heard', async () => {
    const { bank, pins } = await aBank(...motor('named by one'));
    pins.breakPin(CLOSE);
    assert.throws(() => bank.makeSafe(), { name: 'AggregateError' });
    assert.equal(pins.level(OPEN), 0);
  });

  it('stays on where it is on already', async () => {
    const { bank, pins } = await aBank(...motor('named by one'));
    bank.switch('open', { action: 'on' });
    pins.breakPin(CLOSE);
    assert.throws(() => bank.makeSafe(), { name: 'AggregateError' });
    assert.equal(pins.level(OPEN), 1);
  });

  it('negative control: outputs that do not exclude each other go safe each for itself', async () => {
    const { bank, pins } = await aBank(...motor('not'));
    bank.switch('close', { action: 'on' });
    pins.breakPin(CLOSE);
    assert.throws(() => bank.makeSafe(), { name: 'AggregateError' });
    assert.deepEqual([pins.level(CLOSE), pins.level(OPEN)], [1, 1]);
  });
});

describe('at the end, an output that a rule wants to be on, and that waits for its counterpart to go off', () => {
  /** `up` is on; the rule of `down` waits for it. Each goes off before the other one, in turn. */
  async function waiting(...ids: ('up' | 'down')[]) {
    const pin = { up: OPEN, down: CLOSE };
    const built = await aBank(
      ...ids.map((id) => anOutput({ id, pin: pin[id], excludes: id === 'up' ? ['down'] : [] })),
    );
    built.bank.own('down', 'cold');
    built.bank.switch('up', { action: 'on' });
    built.bank.demand('down', true, { rule: 'cold', why: 'test' });
    return built;
  }

  for (const order of [
    ['up', 'down'],
    ['down', 'up'],
  ] as const) {
    it(`is not switched on for a moment: ${order.join(' before ')}`, async () => {
      const { bank, pins, clock } = await waiting(...order);
      bank.makeSafe();
      await clock.advance(60_000);
      assert.ok(!pins.levelsOf(CLOSE).includes(1), String(pins.levelsOf(CLOSE)));
      assert.deepEqual(bank.states(), { up: false, down: false });
    });
  }

  it('negative control: goes on while the server runs', async () => {
    const { bank, pins } = await waiting('up', 'down');
    bank.switch('up', { action: 'off' });
    assert.deepEqual(pins.levelsOf(CLOSE), [0, 1]);
  });
});

describe('after a crash, an output whose counterpart cannot be had', () => {
  async function driven(excludes: Parameters<typeof motor>[0]) {
    const pins = openBreakable(new FakeClock());
    await pins.input(CLOSE, { pull: 'up', active: 'high', debounceMs: 0 }); // a pin that somebody else has
    const faults = await driveSafe(motor(excludes), pins);
    return { level: pins.level(OPEN), faults: faults.map(({ name }) => name) };
  }

  for (const excludes of ['named by one', 'named by the other'] as const) {
    it(`is driven off: ${excludes}`, async () => {
      assert.deepEqual(await driven(excludes), { level: 0, faults: ['HardwareError', 'KeptOff'] });
    });
  }

  it('negative control: is driven on where the other one is none of its business', async () => {
    assert.deepEqual(await driven('not'), { level: 1, faults: ['HardwareError'] });
  });
});
