import { isDeepStrictEqual } from 'node:util';
import type { RuleConfig } from '../../schemas/rules.ts';
import type { RuleState } from './evaluate.ts';

/** What rules are about on this device. */
export interface Surroundings {
  /** Seconds without a good reading after which a sensor is silent, by its id. */
  staleAfterS: ReadonlyMap<string, number>;
  /** Safe state by id of the output; `true` is on. */
  safe: ReadonlyMap<string, boolean>;
}

/** A rule and what it knows. */
export interface Standing {
  readonly rule: RuleConfig;
  readonly state: RuleState;
}

/** What a rule wants of its output in a state, `true` is on; undefined: nothing that it has not wanted before. */
export function wantOf({ rule, state }: Standing, { safe }: Surroundings): boolean | undefined {
  switch (state.phase) {
    case 'active':
      return rule.then && rule.then.action === 'on';
    case 'idle':
      return rule.otherwise && rule.otherwise.action === 'on';
    case 'stale':
      return rule.when_stale ? rule.when_stale.action === 'on' : rule.then && safe.get(rule.then.output);
    default:
      return undefined;
  }
}

/** Whether two rules ask the same of the same sensor: what one of them knows, the other one knows as well. */
export function askTheSame(one: RuleConfig, other: RuleConfig): boolean {
  return isDeepStrictEqual(question(one), question(other));
}

const question = ({ sensor, above, below, hysteresis, for_s }: RuleConfig) => [sensor, above, below, hysteresis, for_s];
