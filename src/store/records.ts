import type { AlertDetails, Cause, Episode } from '../rules/alert.ts';
import type { StoredRule } from '../rules/stored-rule.ts';

/** A change of an output as it is stored; the station of outputs says what the words mean. */
export interface StoredChange {
  id: number;
  output: string;
  /** Wall time in milliseconds since 1970. */
  at: number;
  /** As in a stored row. */
  run: number;
  /** `true` is on; null: not known. */
  before: boolean | null;
  after: boolean;
  /** From 0 to 1; null where it cannot be dimmed. */
  level: number | null;
  by: string;
  rule: string | null;
  why: string;
}

/** A page of changes of one output, in the order in which they happened. */
export interface ChangeRequest {
  output: string;
  /** First millisecond of the range, and the first one behind it. */
  from: number;
  to: number;
  order: 'asc' | 'desc';
  /** Number of the last change of the page before this one. */
  cursor: number;
  limit: number;
}

/** What has happened to the condition of a rule. */
export type AlertEvent = { rule: string; cause: Cause; at: number; run: number } & (
  | { event: 'raised'; details: AlertDetails; suppressed?: never }
  | { event: 'cleared'; details?: never; suppressed?: number }
);

export interface StoredAlert extends Episode {
  id: number;
}

export interface AlertRequest {
  active: boolean;
  /** Number behind the first alert of the page. */
  before: number;
  limit: number;
}

/** For whom items are made. */
export interface Publishing {
  device: string;
  /** False where nothing goes upstream: what happens is then kept for the API alone. */
  upstream: boolean;
  now: number;
}

/** What has happened since the last time, written together. */
export interface Happenings {
  changes: Omit<StoredChange, 'id'>[];
  alerts: AlertEvent[];
  /** By rule, JSON. */
  states: Record<string, string>;
  /** Changes and steps of alerts that were given up since the last time. */
  dropped?: number;
  publishing: Publishing;
}

export interface Acknowledgement {
  id: number;
  at: number;
  /** As in a stored row. */
  run: number;
  publishing: Publishing;
}

/** The operations on what is recorded beside readings. */
export interface RecordOperations {
  /** Writes all of it in one transaction; answers how many items the outbox was given. */
  record(happenings: Happenings): number;
  /** Changes and steps of alerts that were given up, since the database was made. */
  droppedRecords(request: Record<string, never>): number;
  changes(request: ChangeRequest): StoredChange[];
  alerts(request: AlertRequest): StoredAlert[];
  acknowledgeAlert(request: Acknowledgement): StoredAlert | null;
  /** Of alerts whose true time is known by now. */
  publishAlerts(request: Publishing): number;
  rules(request: Record<string, never>): { rules: StoredRule[]; states: Record<string, string>; open: StoredAlert[] };
  /** Stores a rule and that it was changed. */
  putRule(request: RuleInstant & { definition: string }): void;
  deleteRule(request: RuleInstant): void;
  /** What became of a rule over the API, newest first. */
  ruleChanges(request: { id: string; limit: number }): StoredRuleChange[];
}

/** A rule, and when something was done with it. */
export interface RuleInstant {
  id: string;
  at: number;
  /** As in a stored row. */
  run: number;
}

export interface StoredRuleChange {
  at: number;
  /** Null: it was taken away. */
  definition: string | null;
}
