import type { RuleConfig } from '../../schemas/rules.ts';

/** What a rule knows of its past. Times are monotonic, in milliseconds. */
export interface RuleState {
  /** `waiting` until the first good reading. */
  readonly phase: 'waiting' | 'idle' | 'pending' | 'active' | 'stale';
  readonly since: number;
  /** Whether it was active before its sensor went silent: within the hysteresis that decides. */
  readonly wasActive: boolean;
}

/** What a rule hears of. */
export type Event = { kind: 'value'; value: number } | { kind: 'time' } | { kind: 'silence' };

type Condition = Pick<RuleConfig, 'above' | 'below' | 'hysteresis' | 'for_s'>;

export const atFirst = (now: number): RuleState => ({ phase: 'waiting', since: now, wasActive: false });

/** The next state of a rule. Pure: the same arguments give the same answer, and what is to be done follows from it. */
export function evaluate(rule: Condition, state: RuleState, event: Event, now: number): RuleState {
  switch (event.kind) {
    case 'silence':
      return become(state, 'stale', now);
    case 'time':
      return state.phase === 'pending' && now - state.since >= rule.for_s * 1000 ? become(state, 'active', now) : state;
    case 'value':
      return withValue(rule, state, event.value, now);
  }
}

function withValue(rule: Condition, state: RuleState, value: number, now: number): RuleState {
  if (isActive(state)) return become(state, isOver(rule, value) ? 'idle' : 'active', now);
  if (!isBeyond(rule, value)) return become(state, 'idle', now);
  const since = state.phase === 'pending' ? state.since : now;
  return become(state, now - since >= rule.for_s * 1000 ? 'active' : 'pending', now);
}

/** Also while the sensor is silent: what was active before is not over because nobody looks. */
export function isActive({ phase, wasActive }: RuleState): boolean {
  return phase === 'active' || (phase === 'stale' && wasActive);
}

function become(state: RuleState, phase: RuleState['phase'], now: number): RuleState {
  if (phase === state.phase) return state;
  return { phase, since: now, wasActive: phase === 'stale' && isActive(state) };
}

function isBeyond({ above, below }: Condition, value: number): boolean {
  return above !== undefined ? value > above : value < (below ?? Number.NEGATIVE_INFINITY);
}

function isOver({ above, below, hysteresis }: Condition, value: number): boolean {
  return above !== undefined ? value <= above - hysteresis : value >= (below ?? Number.NEGATIVE_INFINITY) + hysteresis;
}
