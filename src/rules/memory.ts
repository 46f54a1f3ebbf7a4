import { createHash } from 'node:crypto';
import type { RuleConfig } from '../../schemas/rules.ts';
import type { Cause } from './alert.ts';
import type { RateMemory } from './alert-rate.ts';
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
  /** How much of their rate its alerts have used up, where they have. */
  alerts?: AlertMemory;
}

export type AlertMemory = Partial<Record<Cause, RateMemory>>;

/** What a rule has to know after a restart, as text. */
export function remember({ rule, state }: Standing, at: Instant, alerts?: AlertMemory): string {
  return JSON.stringify({ ...state, of: fingerprint(rule), at, ...(alerts && { alerts }) } satisfies Remembered);
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

/** The same of the rate of its alerts, and how many milliseconds ago that was, as far as is known. */
export function recallAlerts(text: string, now: Instant): { memory: AlertMemory; sinceMs: number } {
  const { at, alerts = {} }: Remembered = JSON.parse(text);
  return { memory: alerts, sinceMs: at.boot === now.boot ? now.monotonic - at.monotonic : 0 };
}

function fingerprint(rule: RuleConfig): string {
  const members = Object.entries(rule).sort(([a], [b]) => a.localeCompare(b));
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url').slice(0, 16);
}
