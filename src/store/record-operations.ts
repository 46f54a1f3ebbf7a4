import type { Database } from 'better-sqlite3';
import { AlertTable } from './alert-table.ts';
import { ChangeTable } from './change-table.ts';
import type { OutboxTable } from './outbox-table.ts';
import type { Acknowledgement, Happenings, Publishing, RecordOperations } from './records.ts';
import { RuleTable } from './rule-table.ts';
import type { Runs } from './runs.ts';

interface Options {
  outbox: OutboxTable;
  runs: Runs;
  /** Room for the database. */
  maxBytes: number;
}

/** A change takes some 100 bytes, an alert some 400: together a fifth of a small card, and years of a usual device. */
const most = (maxBytes: number) => ({
  changes: Math.min(100_000, Math.floor(maxBytes / 1000)),
  alerts: Math.min(10_000, Math.floor(maxBytes / 4000)),
});

/** What the worker can be asked about outputs, rules and alerts. */
export function recordOperations(database: Database, { outbox, runs, maxBytes }: Options) {
  const changes = new ChangeTable(database, most(maxBytes).changes);
  const alerts = new AlertTable(database, { outbox, kept: most(maxBytes).alerts });
  const rules = new RuleTable(database);

  /** What waited in memory while its run met the true time is moved there now. */
  function trusted<T extends { at: number; run: number }>(row: T): T {
    const shift = row.run > 0 ? runs.shiftOf(row.run) : null;
    return shift === null ? row : { ...row, at: row.at + shift, run: 0 };
  }

  const operations: RecordOperations = {
    record: inTransaction(({ changes: done, alerts: events, states, publishing }: Happenings) => {
      for (const change of done) changes.insert(trusted(change));
      for (const event of events) alerts.note(trusted(event));
      for (const [rule, state] of Object.entries(states)) rules.save(rule, state);
      if (done.length > 0) changes.forget();
      return alerts.publish(publishing);
    }),
    changes: (request) => changes.of(request),
    alerts: (request) => alerts.list(request),
    acknowledgeAlert: inTransaction(({ publishing, ...acknowledgement }: Acknowledgement) => {
      const alert = alerts.acknowledge(trusted(acknowledgement));
      alerts.publish(publishing);
      return alert;
    }),
    publishAlerts: inTransaction((publishing: Publishing) => alerts.publish(publishing)),
    rules: () => ({ rules: rules.all(), states: rules.states(), open: alerts.open() }),
    putRule: inTransaction((rule) => rules.put(trusted(rule))),
    deleteRule: inTransaction((rule) => rules.delete(trusted(rule))),
    ruleChanges: ({ id, limit }) => rules.changes(id, limit),
  };

  function inTransaction<A, R>(work: (argument: A) => R): (argument: A) => R {
    const whole = database.transaction(work as (argument: unknown) => unknown);
    return (argument) => whole(argument) as R;
  }

  /** Moves what a run recorded to its true time. */
  const shift = (run: number, by: number) => {
    changes.shift(run, by);
    alerts.shift(run, by);
    rules.shift(run, by);
  };
  return { operations, shift };
}
