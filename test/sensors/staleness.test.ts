import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { staleAfterS } from '../../schemas/stale-after.ts';
import { isStale } from '../../src/sensors/staleness.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';

const sensor = {
  ...{ kind: 'simulated' as const, unit: '°C', mean: 20, amplitude: 1, period_s: 60, noise: 0, seed: 1 },
};
const rule = { sensor: 'usual', above: 100, hysteresis: 0, for_s: 0, alert: 'warning' as const };

/** A server that reads nothing for a while: one sensor has the usual limit, the other one its own. */
async function aSilentServer(t: TestContext) {
  const clock = new FakeClock();
  const config = {
    ...{ collect: { interval_s: 7 } },
    sensors: [
      { ...sensor, id: 'usual' },
      { ...sensor, id: 'own', stale_after_s: 5 },
    ],
    rules: [
      { ...rule, id: 'of-usual' },
      { ...rule, id: 'of-own', sensor: 'own' },
    ],
  };
  const { app } = await buildTestApp(t, config, { clock });
  const at = async (ms: number) => {
    await clock.advance(ms - clock.monotonic());
    const phases = ['of-usual', 'of-own'].map((id) => app.rules.stateOf(id)?.phase);
    return { stale: app.latest.stale(), phases };
  };
  const limits = app.latest.sensors.map(({ staleAfterS: limitS }) => limitS);
  return { at, limits };
}

describe('a sensor without a good reading', () => {
  it('is stale after three intervals where nothing else is configured', () => {
    assert.equal(staleAfterS({ ...sensor, id: 'usual' }, 7), 21);
    assert.equal(staleAfterS({ ...sensor, id: 'own', stale_after_s: 5 }, 7), 5);
  });

  it('is stale from its limit on, not before', () => {
    assert.deepEqual(
      [29_999, 30_000, 30_001].map((ageMs) => isStale(ageMs, 30)),
      [false, true, true],
    );
  });

  it('is stale for health and for rules in the same moment, by the same limit', async (t) => {
    const { at, limits } = await aSilentServer(t);
    assert.deepEqual(limits, [21, 5]);
    assert.deepEqual(await at(4999), { stale: [], phases: ['waiting', 'waiting'] });
    assert.deepEqual(await at(5000), { stale: ['own'], phases: ['waiting', 'stale'] });
    assert.deepEqual(await at(20_999), { stale: ['own'], phases: ['waiting', 'stale'] });
    assert.deepEqual(await at(21_000), { stale: ['usual', 'own'], phases: ['stale', 'stale'] });
  });

  it('has its limit and its comparison in one place of the source', () => {
    const root = new URL('../../src/', import.meta.url);
    const sources = globSync('**/*.ts', { cwd: root }).filter((file) => file !== 'sensors/staleness.ts');
    const found = sources.filter((file) =>
      /stale_after_s\b.*\?\?|[<>]=? *[\w.]*\bstaleAfterS\b|\bstaleAfterS\b *[<>]/.test(
        readFileSync(new URL(file, root), 'utf8'),
      ),
    );
    assert.deepEqual(found, []);
  });
});
