import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutputConfig } from '../../schemas/devices.ts';
import { HardwareError } from '../../src/hardware/driver.ts';
import { OutputRefused } from '../../src/outputs/change.ts';
import { aBank, anOutput, LED, VENT } from './a-bank.ts';

const heat = { rule: 'heat', why: 'test' };

/** A bank whose outputs are commanded by the rule `heat`. */
async function aRuledBank(...configs: OutputConfig[]) {
  const built = await aBank(...configs);
  for (const { id } of built.bank.list()) built.bank.own(id, 'heat');
  return built;
}

describe('an output that has to keep its state for a while', () => {
  it('refuses a command before the time, says how long, and takes it then', async () => {
    const { bank, clock } = await aBank(anOutput({ min_on_s: 30 }));
    bank.switch('led', { action: 'on' });
    await clock.advance(10_000);
    assert.throws(() => bank.switch('led', { action: 'off' }), { name: 'OutputRefused', retryAfterS: 20 });
    await clock.advance(20_000);
    assert.equal(bank.switch('led', { action: 'off' })?.state, 'off');
  });

  it('is switched by its rule when the time is over, if the rule still wants it', async () => {
    const { bank, clock } = await aRuledBank(anOutput({ min_on_s: 30, min_off_s: 60 }));
    bank.demand('led', true, heat);
    assert.equal(bank.get('led')?.state, 'off', 'off is counted from the start');
    await clock.advance(60_000);
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by], ['on', 'rule']);
    bank.demand('led', false, heat);
    await clock.advance(10_000);
    bank.demand('led', true, heat);
    await clock.advance(60_000);
    assert.equal(bank.get('led')?.state, 'on', 'the wish was taken back in time');
  });

  it('goes safe at the end all the same', async () => {
    const { bank, pins } = await aBank(anOutput({ min_on_s: 30 }));
    bank.switch('led', { action: 'on' });
    bank.makeSafe();
    assert.equal(pins.level(LED), 0);
  });

  it('refuses a pulse that is shorter', async () => {
    const { bank } = await aBank(anOutput({ min_on_s: 30 }));
    assert.throws(() => bank.switch('led', { action: 'on', durationS: 5 }), OutputRefused);
  });
});

describe('the longest time on', () => {
  it('ends every command, and the output stays off until it is commanded anew', async () => {
    const { bank, clock } = await aBank(anOutput({ max_on_s: 60 }));
    bank.switch('led', { action: 'on' });
    await clock.advance(60_000);
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by], ['off', 'limit']);
    assert.equal(bank.switch('led', { action: 'on' })?.state, 'on');
  });

  it('keeps its lock when a command that would lift it fails', async () => {
    const { bank, clock, pins } = await aRuledBank(anOutput({ max_on_s: 60 }));
    bank.demand('led', true, heat);
    await clock.advance(60_000);
    pins.breakPin(LED);
    assert.throws(() => bank.switch('led', { action: 'on' }), HardwareError);
    pins.breakPin(LED, false);
    await clock.advance(10_000);
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by], ['off', 'limit']);
  });

  it('holds for an output that is on from the start', async () => {
    const { bank, clock } = await aBank(anOutput({ initial: 'on', max_on_s: 60 }));
    await clock.advance(60_000);
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by], ['off', 'limit']);
  });

  it('ends the wish of a rule that says nothing of its end, until that has been over', async () => {
    const { bank, clock } = await aRuledBank(anOutput({ max_on_s: 60 }));
    bank.demand('led', true, heat);
    await clock.advance(60_000);
    bank.rest('led', 'heat');
    assert.equal(bank.get('led')?.state, 'off');
    bank.demand('led', true, heat);
    assert.equal(bank.get('led')?.state, 'on');
  });

  it('ends the wish of a rule, until the rule has been over', async () => {
    const { bank, clock } = await aRuledBank(anOutput({ max_on_s: 60 }));
    bank.demand('led', true, heat);
    await clock.advance(600_000);
    assert.equal(bank.get('led')?.state, 'off');
    bank.demand('led', false, heat);
    bank.demand('led', true, heat);
    assert.equal(bank.get('led')?.state, 'on');
  });
});

describe('a command on an output that a rule commands', () => {
  it('holds it for a while, shows what the rule wants, and gives it back', async () => {
    const { bank, clock } = await aRuledBank(anOutput({ override_s: 600 }));
    bank.demand('led', true, heat);
    const held = bank.switch('led', { action: 'off' });
    assert.deepEqual([held?.state, held?.held_by, held?.rule, held?.demand], ['off', 'api', 'heat', 'on']);
    assert.equal(held?.until, new Date(clock.now() + 600_000).toISOString());
    await clock.advance(600_000);
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by], ['on', 'rule']);
  });

  it('holds it as long as it says, and not a rule that comes later for ever', async () => {
    const { bank, clock } = await aBank(anOutput({ override_s: 600 }));
    bank.switch('led', { action: 'on' });
    bank.own('led', 'heat');
    bank.demand('led', false, heat);
    assert.equal(bank.get('led')?.state, 'on');
    await clock.advance(600_000);
    assert.equal(bank.get('led')?.state, 'off');
    bank.switch('led', { action: 'on', holdS: 5 });
    await clock.advance(5000);
    assert.equal(bank.get('led')?.state, 'off');
  });

  it('is not followed by the wish of a rule that is over', async () => {
    const { bank, clock } = await aRuledBank(anOutput());
    bank.demand('led', true, heat);
    bank.rest('led', 'heat');
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by, bank.get('led')?.demand], ['on', null, null]);
    bank.switch('led', { action: 'off', holdS: 5 });
    await clock.advance(3_600_000);
    assert.equal(bank.get('led')?.state, 'off');
  });

  it('ends early with auto, which is refused where no rule commands', async () => {
    const { bank } = await aBank();
    assert.throws(() => bank.switch('led', { action: 'auto' }), /No rule commands led/);
    bank.own('led', 'heat');
    bank.demand('led', true, heat);
    bank.switch('led', { action: 'off' });
    assert.equal(bank.switch('led', { action: 'auto' })?.state, 'on');
  });

  it('as a pulse leaves the output to the rule at its end', async () => {
    const { bank, clock } = await aRuledBank();
    bank.demand('led', true, heat);
    bank.switch('led', { action: 'on', durationS: 5 });
    await clock.advance(5000);
    assert.deepEqual([bank.get('led')?.state, bank.get('led')?.held_by], ['on', 'rule']);
  });
});

describe('two outputs that exclude each other', () => {
  const motor = () => aBank(anOutput({ id: 'open', excludes: ['close'] }), anOutput({ id: 'close', pin: VENT }));

  it('are never on together: a command is refused, in both directions', async () => {
    const { bank } = await motor();
    bank.switch('open', { action: 'on' });
    assert.throws(() => bank.switch('close', { action: 'on' }), /open is on, or does not obey, and close must never/);
    bank.switch('open', { action: 'off' });
    bank.switch('close', { action: 'on' });
    assert.throws(() => bank.switch('open', { action: 'on' }), OutputRefused);
  });

  it('are switched over by rules: first off, then on', async () => {
    const { bank, pins } = await motor();
    bank.own('open', 'heat');
    bank.own('close', 'cold');
    bank.demand('open', true, heat);
    bank.demand('close', true, { rule: 'cold', why: 'test' });
    assert.deepEqual([pins.level(LED), pins.level(VENT)], [1, 0]);
    bank.demand('open', false, heat);
    assert.deepEqual([pins.level(LED), pins.level(VENT)], [0, 1]);
  });
});

it('a rule whose pin does not obey is carried out as soon as it does', async () => {
  const { bank, pins, clock, faults } = await aRuledBank();
  pins.breakPin(LED);
  bank.demand('led', true, heat);
  await clock.advance(3000);
  assert.deepEqual(faults, ['led'], 'told once, however often it is tried');
  assert.equal(bank.failing()[0]?.id, 'led');
  pins.breakPin(LED, false);
  await clock.advance(1000);
  assert.deepEqual([bank.get('led')?.state, bank.failing()], ['on', []]);
});
