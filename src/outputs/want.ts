import type { ChangedBy } from './change.ts';

/** What a rule wants of an output, and why. */
export interface Demand {
  rule: string;
  on: boolean;
  why: string;
  /** True when it ends as soon as it is carried out: its rule is gone. */
  isLast: boolean;
}

/** What the API wants of it. */
export interface Command {
  on: boolean;
  /** How bright when it is on: more than 0, and 1 at most. */
  level: number;
  /** Monotonic time at which it ends; null: for good. */
  until: number | null;
  /** State that a pulse leaves behind where no rule commands the output. */
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
