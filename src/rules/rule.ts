import type { RuleConfig } from '../../schemas/rules.ts';
import type { RuleState } from './evaluate.ts';

/** What rules are about on this device. */
export interface Surroundings {
  /** Seconds without a good reading after which a sensor is silent, by its id. */
  staleAfterS: ReadonlyMap<string, number>;
  /** Safe state by id of the output; `true` is on. */
  safe: ReadonlyMap<string, boolean>;
}

/** What a rule wants of its output in a state, `true` is on; undefined: nothing that it has not wanted before. */
export function wantOf(rule: RuleConfig, { phase }: RuleState, { safe }: Surroundings): boolean | undefined {
  switch (phase) {
    case 'active':
      return rule.then.action === 'on';
    case 'idle':
      return rule.otherwise && rule.otherwise.action === 'on';
    case 'stale':
      return rule.when_stale ? rule.when_stale.action === 'on' : safe.get(rule.then.output);
    default:
      return undefined;
  }
}
