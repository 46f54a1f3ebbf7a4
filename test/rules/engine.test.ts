import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RuleConfig } from '../../schemas/rules.ts';
import { RuleEngine } from '../../src/rules/engine.ts';
import type { Reading } from '../../src/sensors/sensor.ts';
import { FakeClock } from '../support/fake-clock.ts';

const STALE_AFTER_S = 60;
const vent = (action: 'on' | 'off') => ({ output: 'vent', action });

/** The vent of the greenhouse, with what a test wants to have different. */
const aRule = (changes: Partial<RuleConfig> = {}): RuleConfig => ({
  id: 'vent-on-heat',
  sensor: 'air',
  above: 30,
  hysteresis: 2,
  for_s: 0,
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  then: vent('on'),
  otherwise: vent('off'),
  ...changes,
});

/** An engine with one rule, and everything that it demanded of the vent. */
function anEngine(rule: RuleConfig = aRule(), safe = false) {
  const clock = new FakeClock();
  const demands: boolean[] = [];
  const changes: string[] = [];
  const released: string[] = [];
  const engine = new RuleEngine({
    clock,
    surroundings: { staleAfterS: new Map([['air', STALE_AFTER_S]]), safe: new Map([['vent', safe]]) },
    actuator: {
      own: () => undefined,
      demand: (_output, on) => void demands.push(on),
      rest: () => undefined,
      release: (output) => void released.push(output),
    },
    onTransition: ({ after }) => void changes.push(after?.state.phase ?? 'gone'),
  });
  engine.add(rule);
  const read = (value: number | null, quality: Reading['quality'] = 'good') =>
    engine.take({
      ...{ sensor: 'air', value, quality, reason: null, simulated: false },
      ...{ at: clock.now(), monotonic: clock.monotonic() },
    });
  return { engine, clock, demands, changes, released, read, phase: () => engine.stateOf(rule.id)?.phase };
}

describe('a rule with a threshold', () => {
  it('switches within the call that brings the reading, and back below the hysteresis', () => {
    const { read, demands } = anEngine();
    for (const value of [25, 30, 30.1, 29, 28.1, 28]) read(value);
    assert.deepEqual(demands, [false, true, false]);
  });

  it('works downwards as well', () => {
    const { read, demands } = anEngine(aRule({ below: 5, above: undefined } as unknown as Partial<RuleConfig>));
    for (const value of [10, 5, 4.9, 6, 6.9, 7]) read(value);
    assert.deepEqual(demands, [false, true, false]);
  });

  it('does not flap around its limit, whatever the noise', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 28.01, max: 32, noNaN: true }), { minLength: 1 }), (noise) => {
        const { read, demands } = anEngine();
        read(31);
        for (const value of noise) read(value);
        assert.deepEqual(demands, [true]);
      }),
    );
  });

  it('leaves its output alone when it is over and nothing is said about that', () => {
    const { otherwise: _without, ...rule } = aRule();
    const { read, demands } = anEngine(rule);
    for (const value of [31, 20, 31]) read(value);
    assert.deepEqual(demands, [true, true]);
  });

  it('hears nothing of readings that are not good, and of late ones', async () => {
    const { read, demands, clock, engine } = anEngine();
    read(20);
    read(99, 'out_of_range');
    read(null, 'failed');
    await clock.advance(1000);
    read(21);
    engine.take({
      ...{ sensor: 'air', value: 99, quality: 'good', reason: null, simulated: false },
      ...{ at: clock.now() - 500, monotonic: clock.monotonic() - 500 },
    });
    assert.deepEqual(demands, [false]);
  });

  it('hears nothing of a reading that was so long on its way that it says no more than silence', async () => {
    const { read, clock, engine, phase } = anEngine();
    read(20);
    const begun = { at: clock.now() + 1, monotonic: clock.monotonic() + 1 };
    await clock.advance(STALE_AFTER_S * 1000 + 1);
    assert.equal(phase(), 'stale');
    engine.take({ sensor: 'air', value: 21, quality: 'good', reason: null, simulated: false, ...begun });
    assert.equal(phase(), 'stale');
  });
});

describe('a rule that waits', () => {
  it('switches when the value has been there for long enough, without another reading', async () => {
    const { read, demands, clock, phase } = anEngine(aRule({ for_s: 30 }));
    read(31);
    await clock.advance(29_999);
    assert.deepEqual([demands, phase()], [[], 'pending']);
    await clock.advance(1);
    assert.deepEqual([demands, phase()], [[true], 'active']);
  });

  it('begins anew when the value was away, and heeds no step of the wall clock', async () => {
    const { read, demands, clock } = anEngine(aRule({ for_s: 30 }));
    read(31);
    await clock.advance(20_000);
    read(29);
    read(31);
    clock.step(86_400_000);
    await clock.advance(29_000);
    assert.deepEqual(demands, [false]);
    await clock.advance(1000);
    assert.deepEqual(demands, [false, true]);
  });
});

describe('a sensor that dies', () => {
  it('brings the output where the rule says, within the time that it may be silent', async () => {
    const { read, demands, clock, phase } = anEngine(aRule({ when_stale: vent('on') }));
    read(20);
    await clock.advance(STALE_AFTER_S * 1000 - 1);
    assert.deepEqual(demands, [false]);
    await clock.advance(1);
    assert.deepEqual([demands, phase()], [[false, true], 'stale']);
  });

  for (const safe of [true, false]) {
    it(`brings the output to its safe state (${safe ? 'on' : 'off'}) where the rule does not say`, async () => {
      const { read, demands, clock } = anEngine(aRule(), safe);
      read(31);
      await clock.advance(STALE_AFTER_S * 1000);
      assert.deepEqual(demands, [true, safe]);
    });
  }

  it('counts as dead also when it never lived, and when it only gives readings that are not good', async () => {
    const { read, demands, clock } = anEngine(aRule({ when_stale: vent('on') }));
    for (let second = 0; second < STALE_AFTER_S; second += 10) {
      read(99, 'out_of_range');
      await clock.advance(10_000);
    }
    assert.deepEqual(demands, [true]);
  });

  it('and comes back finds its rule as it was: within the hysteresis it goes on', async () => {
    const { read, demands, clock, changes } = anEngine(aRule({ when_stale: vent('off') }));
    read(31);
    await clock.advance(STALE_AFTER_S * 1000);
    read(29);
    assert.deepEqual(demands, [true, false, true]);
    assert.deepEqual(changes, ['active', 'stale', 'active']);
  });

  it('is not waited for behind the end', async () => {
    const { read, demands, clock, engine } = anEngine();
    read(20);
    engine.stop();
    read(35);
    await clock.advance(STALE_AFTER_S * 2000);
    assert.deepEqual([demands, clock.waiting], [[false], 0]);
  });
});
