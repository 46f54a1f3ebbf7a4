import type { ChangedBy } from './change.ts';
import { onOff } from './state.ts';

/** What a rule wants of an output, and why. */
export interface Demand {
  rule: string;
  on: boolean;
  why: string;
  /** True when it ends as soon as it is carried out, or forbidden by the longest time on: its rule is gone. */
  isLast: boolean;
}

/** What the API wants of it. */
export interface Command {
  on: boolean;
  /** How bright when it is on: more than 0, and 1 at most. */
  level: number;
  /** Monotonic time at which it ends; null: for good. */
  until: number | null;
  /** State that a pulse leaves behind where no rule wants anything of the output. */
  after: boolean | null;
}

/** What comes first of all that is wanted. */
export interface Want {
  on: boolean;
  level: number;
  by: ChangedBy;
  rule: string | null;
  why: string;
}

interface Wanted {
  /** The longest time on is over. */
  tripped: boolean;
  maxOnS: number | undefined;
  command: Command | null;
  demand: Demand | null;
}

/** The longest time on comes before a command, a command before a rule; undefined where nobody wants anything. */
export function firstWant({ tripped, maxOnS, command, demand }: Wanted): Want | undefined {
  if (tripped) return { on: false, level: 1, by: 'limit', rule: null, why: `on for ${maxOnS} s` };
  if (command !== null) {
    const { on, level } = command;
    return { on, level, by: 'api', rule: null, why: reason(command) };
  }
  return demand === null ? undefined : { ...demand, level: 1, by: 'rule' };
}

function reason({ until, after, on }: Command): string {
  if (after !== null && until === null) return 'the end of its pulse';
  return after === null ? 'a command' : `a command to be ${onOff(on)} for a while`;
}
