import { createHash } from 'node:crypto';
import type { RuleConfig } from '../../schemas/rules.ts';
import type { RuleState } from './evaluate.ts';
import type { Standing } from './rule.ts';

/** The instant of remembering: which start of the machine, and how long after it in milliseconds. */
export interface Instant {
  boot: string;
  monotonic: number;
}

interface Remembered extends RuleState {
  /** Whose state it is: a rule that was changed meanwhile begins anew. */
  of: string;
  at: Instant;
}

/** What a rule has to know after a restart, as text. */
export function remember({ rule, state }: Standing, at: Instant): string {
  return JSON.stringify({ ...state, of: fingerprint(rule), at } satisfies Remembered);
}

/**
 * The state that was remembered of this very rule; undefined where there is none. After a restart of the machine the time
 * that had passed until it was remembered goes on: how long the machine was off, nobody knows.
 */
export function recall(rule: RuleConfig, text: string | undefined, now: Instant): RuleState | undefined {
  if (text === undefined) return undefined;
  const { of, at, phase, since, wasActive }: Remembered = JSON.parse(text);
  if (of !== fingerprint(rule)) return undefined;
  return { phase, wasActive, since: at.boot === now.boot ? since : now.monotonic - (at.monotonic - since) };
}

function fingerprint(rule: RuleConfig): string {
  const members = Object.entries(rule).sort(([a], [b]) => a.localeCompare(b));
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url').slice(0, 16);
}
