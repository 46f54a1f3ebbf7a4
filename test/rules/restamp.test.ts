import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RuleDefinition } from '../../schemas/rules.ts';
import { RuleEngine } from '../../src/rules/engine.ts';
import { type GivenRule, RuleBook } from '../../src/rules/rule-book.ts';
import { FakeClock } from '../support/fake-clock.ts';

const FORTNIGHT_MS = 14 * 86_400_000;
const rule: RuleDefinition = { sensor: 'air', above: 30, alert: 'warning' };

/** A book on a shelf that answers at once. */
function aBook() {
  const clock = new FakeClock();
  const rows = new Map<string, GivenRule>();
  const actuator = { own() {}, demand() {}, rest() {}, release() {} };
  const surroundings = { staleAfterS: new Map([['air', 30]]), safe: new Map() };
  const book = new RuleBook({
    engine: new RuleEngine({ clock, surroundings, actuator, onTransition: () => undefined }),
    ...{
      clock,
      file: [],
      rate: { isFlapping: () => false, suppressedOf: () => 0 },
      known: { sensors: new Set(['air']), outputs: new Set() },
      maxGiven: 10,
    },
    shelf: {
      put: async (given) => void rows.set(given.id, given),
      delete: async (id) => void rows.delete(id),
    },
  });
  const changedAt = (id: string) => Date.parse(book.get(id)?.changed_at ?? '');
  return { book, clock, rows, changedAt };
}

it('a rule that is changed while the true times are read has the time of that change', async () => {
  const { book, clock, rows, changedAt } = aBook();
  for (const id of ['heat', 'frost']) await book.put(id, rule);
  const before = changedAt('frost');
  clock.step(FORTNIGHT_MS);
  const answer = Promise.withResolvers<void>();
  const restamped = book.restamp(async () => {
    const read = [...rows.values()].map(({ id, changedAt }) => ({ id, changedAt: changedAt + FORTNIGHT_MS }));
    await answer.promise;
    return read;
  });
  await clock.advance(1000);
  const put = book.put('heat', { ...rule, above: 29 });
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  answer.resolve();
  await Promise.all([restamped, put]);
  assert.deepEqual([changedAt('frost'), changedAt('heat')], [before + FORTNIGHT_MS, clock.now()]);
});

it('true times that cannot be read are told of, and keep no change from being made', async () => {
  const { book, clock, changedAt } = aBook();
  const restamped = book.restamp(() => Promise.reject(new Error('no disk')));
  await assert.rejects(restamped, /no disk/);
  await book.put('heat', rule);
  assert.equal(changedAt('heat'), clock.now());
});
