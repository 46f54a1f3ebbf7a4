import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleConfig } from '../../schemas/rules.ts';
import type { RuleState } from '../../src/rules/evaluate.ts';
import { recall, remember } from '../../src/rules/memory.ts';

const rule: RuleConfig = { id: 'heat', sensor: 'air', above: 30, hysteresis: 2, for_s: 600, alert: 'info' };
const pending: RuleState = { phase: 'pending', since: 1000, wasActive: false };
const text = remember({ rule, state: pending }, { boot: 'a', monotonic: 401_000 });

describe('what a rule remembers', () => {
  it('is the same for the next process of the same start of the machine', () => {
    assert.deepEqual(recall(rule, text, { boot: 'a', monotonic: 500_000 }), pending);
  });

  it('keeps the time that had passed over a restart of the machine, whose clock begins anew', () => {
    assert.deepEqual(recall(rule, text, { boot: 'b', monotonic: 30_000 }), { ...pending, since: -370_000 });
  });

  it('is for this very rule, in whatever order its members are written', () => {
    const { id, ...members } = rule;
    const now = { boot: 'a', monotonic: 500_000 };
    assert.deepEqual(recall({ ...members, id }, text, now), pending);
    assert.equal(recall({ ...rule, above: 31 }, text, now), undefined);
    assert.equal(recall(rule, undefined, now), undefined);
  });
});
