import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputRefused } from '../../src/outputs/change.ts';
import { aBank, anOutput } from './a-bank.ts';

const heat = { rule: 'heat', why: 'test' };

/** A bank with an output that a rule commands, which wants nothing of it yet. */
async function aWaitingRule(changes: Parameters<typeof anOutput>[0] = {}) {
  const built = await aBank(anOutput({ override_s: 600, ...changes }));
  built.bank.own('led', 'heat');
  return built;
}

describe('an output whose rule wants nothing yet', () => {
  it('says which rule commands it', async () => {
    const { led } = await aWaitingRule();
    assert.deepEqual([led()?.rule, led()?.demand, led()?.held_by], ['heat', null, null]);
  });

  it('is held by a command for its time, and then follows its rule', async () => {
    const { bank, clock, led } = await aWaitingRule();
    bank.switch('led', { action: 'on' });
    assert.equal(led()?.until, new Date(clock.now() + 600_000).toISOString());
    await clock.advance(599_000);
    bank.demand('led', false, heat);
    assert.deepEqual([led()?.state, led()?.held_by, led()?.demand], ['on', 'api', 'off']);
    await clock.advance(1000);
    assert.deepEqual([led()?.state, led()?.held_by], ['off', 'rule']);
  });

  it('stays as it is when the command ends before the rule wants something', async () => {
    const { bank, clock, led } = await aWaitingRule();
    bank.switch('led', { action: 'on', holdS: 5 });
    await clock.advance(5000);
    assert.deepEqual([led()?.state, led()?.held_by, led()?.until], ['on', null, null]);
  });

  it('goes back after a pulse all the same', async () => {
    const { bank, clock, led } = await aWaitingRule();
    bank.switch('led', { action: 'on', durationS: 5 });
    await clock.advance(5000);
    assert.deepEqual([led()?.state, led()?.held_by], ['off', null]);
  });

  it('is given back with auto', async () => {
    const { bank, led } = await aWaitingRule();
    bank.switch('led', { action: 'on' });
    assert.deepEqual([bank.switch('led', { action: 'auto' })?.held_by, led()?.until], [null, null]);
  });

  it('goes safe when the rule goes, also after the rule has come to rest', async () => {
    const { bank, led } = await aWaitingRule();
    bank.demand('led', true, heat);
    bank.rest('led', 'heat');
    assert.deepEqual([led()?.state, led()?.rule], ['on', 'heat']);
    bank.release('led', 'heat');
    assert.deepEqual([led()?.state, led()?.rule, led()?.demand], ['off', null, null]);
  });
});

describe('a rule whose sensor dies', () => {
  const silence = { ...heat, endsCommand: true };

  it('ends a command and a pulse, also where it wanted the same before', async () => {
    for (const time of [{ holdS: 600 }, { durationS: 600 }]) {
      const { bank, led, clock } = await aWaitingRule();
      bank.demand('led', true, heat);
      bank.switch('led', { action: 'off', ...time });
      bank.demand('led', true, silence);
      assert.deepEqual([led()?.state, led()?.held_by, led()?.until], ['on', 'rule', null]);
      await clock.advance(600_000);
      assert.equal(led()?.state, 'on');
    }
  });

  it('lets a command hold that is given from then on', async () => {
    const { bank, led, clock } = await aWaitingRule();
    bank.demand('led', true, silence);
    bank.switch('led', { action: 'off' });
    assert.deepEqual([led()?.state, led()?.held_by], ['off', 'api']);
    await clock.advance(600_000);
    assert.deepEqual([led()?.state, led()?.held_by], ['on', 'rule']);
  });

  it('waits for the shortest time, and lifts no lock of the longest one', async () => {
    const { bank, led, clock } = await aWaitingRule({ min_off_s: 30, max_on_s: 60 });
    await clock.advance(30_000);
    bank.demand('led', true, heat);
    bank.switch('led', { action: 'on' });
    await clock.advance(60_000);
    bank.demand('led', true, silence);
    await clock.advance(30_000);
    assert.deepEqual([led()?.state, led()?.held_by], ['off', 'limit']);
    bank.demand('led', false, heat);
    bank.demand('led', true, silence);
    assert.deepEqual([led()?.state, led()?.held_by], ['on', 'rule']);
  });
});

describe('an output that no rule commands', () => {
  it('refuses a time for which only a rule could wait, and changes nothing', async () => {
    const { bank, led } = await aBank();
    assert.throws(() => bank.switch('led', { action: 'on', holdS: 5 }), OutputRefused);
    assert.deepEqual([led()?.state, led()?.held_by], ['off', null]);
  });

  it('hears nothing of a rule that does not command it, nor of one that did', async () => {
    const { bank, led } = await aBank();
    bank.demand('led', true, heat);
    assert.equal(led()?.state, 'off');
    bank.own('led', 'heat');
    bank.release('led', 'heat');
    bank.demand('led', true, heat);
    assert.deepEqual([led()?.state, led()?.demand], ['off', null]);
  });
});

describe('an output that goes from one rule to another', () => {
  it('has a command that held for good end after its time, from the first rule on', async () => {
    const { bank, clock, led } = await aBank(anOutput({ override_s: 600 }));
    bank.switch('led', { action: 'on' });
    assert.equal(led()?.until, null);
    bank.own('led', 'heat');
    const { until } = led() ?? {};
    assert.equal(until, new Date(clock.now() + 600_000).toISOString());
    await clock.advance(60_000);
    bank.own('led', 'frost');
    assert.equal(led()?.until, until);
  });

  it('does not keep what the first one wanted, and is not let go by it', async () => {
    const { bank, led } = await aBank();
    bank.own('led', 'heat');
    bank.demand('led', true, heat);
    bank.own('led', 'frost');
    bank.release('led', 'heat');
    assert.deepEqual([led()?.state, led()?.rule, led()?.demand], ['off', 'frost', null]);
    bank.demand('led', true, { rule: 'frost', why: 'test' });
    bank.release('led', 'heat');
    assert.deepEqual([led()?.state, led()?.rule, led()?.demand], ['on', 'frost', 'on']);
  });
});

describe('the longest time on', () => {
  for (const { what, initial, hold } of [
    { what: 'a rule', initial: 'off', hold: false },
    { what: 'a command, and a rule that is gone meanwhile', initial: 'on', hold: true },
  ] as const) {
    it(`outlives ${what}: the safe state would be on, and nothing waits for ever to switch it on`, async () => {
      const { bank, clock } = await aBank(anOutput({ safe: 'on', initial, max_on_s: 60 }));
      bank.own('led', 'heat');
      bank.demand('led', true, heat);
      if (hold) bank.switch('led', { action: 'on' });
      else await clock.advance(60_000);
      bank.release('led', 'heat');
      await clock.advance(60_000);
      const { state, held_by, rule, demand } = bank.get('led') ?? {};
      assert.deepEqual([state, held_by, rule, demand], ['off', 'limit', null, null]);
      assert.equal(bank.switch('led', { action: 'on' })?.state, 'on');
      bank.switch('led', { action: 'off' });
      await clock.advance(600_000);
      assert.equal(bank.get('led')?.state, 'off');
    });
  }
});
