import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleConfig } from '../../schemas/rules.ts';
import { RuleEngine, type Transition } from '../../src/rules/engine.ts';
import { aBank, aVent } from '../outputs/a-bank.ts';
import { FakeClock } from '../support/fake-clock.ts';

const vent = (action: 'on' | 'off') => ({ output: 'vent', action });
const rule: RuleConfig = {
  ...{ id: 'heat', sensor: 'air', above: 30, hysteresis: 2, for_s: 60, alert: 'warning' },
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  ...{ then: vent('on'), otherwise: vent('off') },
};

/** An engine whose rule `heat` has heard these values, with everything that it demanded since then. */
function aRuleThatHeard(...values: number[]) {
  const clock = new FakeClock();
  const done: string[] = [];
  const transitions: Transition[] = [];
  const engine = new RuleEngine({
    clock,
    surroundings: { staleAfterS: new Map([['air', 3600]]), safe: new Map([['vent', false]]) },
    actuator: {
      own: () => undefined,
      demand: (output, on) => void done.push(`${output} ${on ? 'on' : 'off'}`),
      rest: (output) => void done.push(`${output} rests`),
      release: (output) => void done.push(`${output} released`),
    },
    onTransition: (transition) => void transitions.push(transition),
  });
  const read = (value: number) =>
    engine.take({
      ...{ sensor: 'air', value, quality: 'good', reason: null, simulated: false },
      ...{ at: clock.now(), monotonic: clock.monotonic() },
    });
  engine.add(rule);
  for (const value of values) read(value);
  done.length = transitions.length = 0;
  return { clock, done, engine, read, transitions, phase: () => engine.stateOf('heat')?.phase };
}

describe('a rule that takes the place of another one', () => {
  it('goes on waiting where it asks the same, whatever else is another', async () => {
    const { clock, engine, phase, done } = aRuleThatHeard(31);
    await clock.advance(50_000);
    engine.put({ ...rule, alert: 'critical', when_stale: vent('on') });
    assert.equal(phase(), 'pending');
    await clock.advance(9_999);
    assert.deepEqual(done, []);
    await clock.advance(1);
    assert.deepEqual([phase(), done], ['active', ['vent on']]);
  });

  it('is still active within its hysteresis, and does at once what it does now', async () => {
    const { clock, engine, phase, done, read } = aRuleThatHeard(31);
    await clock.advance(60_000);
    read(29);
    const before = engine.stateOf('heat');
    // biome-ignore lint/suspicious/noThenProperty: the rule's word
    engine.put({ ...rule, then: vent('off'), otherwise: vent('on') });
    assert.deepEqual([phase(), engine.stateOf('heat')], ['active', before]);
    assert.deepEqual(done, ['vent on', 'vent off']);
  });

  it('tells of an alert that it has and that the other one had not', async () => {
    const { engine, transitions, read, clock } = aRuleThatHeard();
    const { alert: _none, ...silent } = rule;
    engine.put(silent);
    read(31);
    await clock.advance(60_000);
    engine.put(rule);
    const { before, after } = transitions.at(-1) as Transition;
    assert.deepEqual(
      [before?.state.phase, before?.rule.alert, after?.state.phase, after?.rule.alert],
      ['active', undefined, 'active', 'warning'],
    );
  });

  const others: Partial<RuleConfig>[] = [{ above: 30.5 }, { hysteresis: 1 }, { for_s: 61 }, { sensor: 'soil' }];
  for (const change of others) {
    it(`begins anew where it asks something else: ${JSON.stringify(change)}`, async () => {
      const { clock, engine } = aRuleThatHeard(31);
      await clock.advance(50_000);
      engine.put({ ...rule, ...change });
      assert.equal(engine.stateOf('heat')?.since, clock.monotonic());
    });
  }

  it('wants nothing on the word of a former life, where nothing was read since', () => {
    const { engine, done } = aRuleThatHeard();
    engine.add(rule, { phase: 'active', since: 0, wasActive: false });
    engine.put({ ...rule, alert: 'critical' });
    assert.deepEqual(done, []);
  });
});

describe('a rule that is made while its sensor is silent', () => {
  /** The sensor `air` has been silent for a second. */
  async function aSilentHouse() {
    const { bank, clock } = await aBank(aVent({ safe: 'off', override_s: 600 }));
    const engine = new RuleEngine({
      clock,
      surroundings: { staleAfterS: new Map([['air', 30]]), safe: new Map([['vent', false]]) },
      actuator: bank,
      onTransition: () => undefined,
    });
    await clock.advance(31_000);
    return { bank, clock, engine, vent: () => [bank.get('vent')?.state, bank.get('vent')?.held_by] };
  }

  const ways: Record<string, (engine: RuleEngine) => void> = {
    'put anew': (engine) => engine.put(rule),
    'in place of one that asks another sensor': (engine) => {
      engine.put({ ...rule, sensor: 'soil' });
      engine.put(rule);
    },
    'begun late, with the silence that it remembers': (engine) =>
      engine.add(rule, { phase: 'stale', since: 0, wasActive: false }),
  };
  for (const [way, begin] of Object.entries(ways)) {
    it(`ends no command that was given in the silence: ${way}`, async () => {
      const { bank, clock, engine, vent } = await aSilentHouse();
      bank.switch('vent', { action: 'on' });
      begin(engine);
      assert.equal(engine.stateOf('heat')?.phase, 'stale');
      assert.deepEqual([vent(), bank.get('vent')?.demand], [['on', 'api'], 'off']);
      await clock.advance(599_000);
      assert.deepEqual(vent(), ['on', 'api']);
      await clock.advance(1000);
      assert.deepEqual(vent(), ['off', 'rule']);
    });
  }

  it('negative control: one that hears the silence begin ends it', async () => {
    const { bank, clock, engine, vent } = await aSilentHouse();
    engine.put(rule);
    engine.take({
      ...{ sensor: 'air', value: 20, quality: 'good', reason: null, simulated: false },
      ...{ at: clock.now(), monotonic: clock.monotonic() },
    });
    bank.switch('vent', { action: 'on' });
    assert.deepEqual(vent(), ['on', 'api']);
    await clock.advance(30_000);
    assert.deepEqual(vent(), ['off', 'rule']);
  });
});
