import type { RuleConfig } from '../../schemas/rules.ts';
import { toTimestamp } from '../clock.ts';
import { isActive } from './evaluate.ts';
import type { Standing } from './rule.ts';

/** What an alert can be about: the value of the sensor, or its silence. */
export type Cause = 'threshold' | 'stale';
export interface AlertDetails {
  sensor: string;
  unit: string | null;
  severity: NonNullable<RuleConfig['alert']>;
  /** Value that raised it; null where there was none. */
  value: number | null;
  threshold: number | null;
  simulated: boolean;
}

export type AlertEvent = { event: 'raised' | 'cleared'; cause: Cause };

/** The alerts that stand in a state. */
export function raisedBy(standing: Standing | undefined): Cause[] {
  if (standing?.rule.alert === undefined) return [];
  const { state } = standing;
  return [
    ...(isActive(state) ? (['threshold'] as const) : []),
    ...(state.phase === 'stale' ? (['stale'] as const) : []),
  ];
}

/** What begins and what ends between two states: one event for an episode, however many readings it has. */
export function alertEvents(before: Standing | undefined, after: Standing | undefined): AlertEvent[] {
  const [was, is] = [raisedBy(before), raisedBy(after)];
  return [
    ...was.filter((cause) => !is.includes(cause)).map((cause) => ({ event: 'cleared' as const, cause })),
    ...is.filter((cause) => !was.includes(cause)).map((cause) => ({ event: 'raised' as const, cause })),
  ];
}

/** What a rule has seen, from the start of the episode to its end. Times in milliseconds since 1970. */
export interface Episode extends AlertDetails {
  rule: string;
  cause: Cause;
  raisedAt: number;
  clearedAt: number | null;
  acknowledgedAt: number | null;
  /** How often the rule was broken again within it, without an episode of its own. */
  suppressed: number;
  /** Counts what has happened to it: raised, cleared, acknowledged. The highest one counts. */
  revision: number;
}

/** The item as it goes upstream. */
export function alertItem(device: string, alert: Episode): { id: string } {
  const { rule, cause, sensor, unit, severity, value, threshold, simulated, suppressed, revision } = alert;
  const time = (at: number | null) => (at === null ? null : toTimestamp(at));
  return {
    id: `${device}/alert/${rule}/${cause}/${toTimestamp(alert.raisedAt)}/${revision}`,
    ...{ kind: 'alert', rule, cause, sensor, unit, severity, value, threshold },
    ...(simulated && { simulated }),
    ...(suppressed > 0 && { suppressed }),
    ...{ raised_at: time(alert.raisedAt), cleared_at: time(alert.clearedAt) },
    ...{ acknowledged_at: time(alert.acknowledgedAt), revision },
  };
}
