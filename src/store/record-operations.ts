import type { Database } from 'better-sqlite3';
import { AlertTable } from './alert-table.ts';
import { ChangeTable } from './change-table.ts';
import type { RecordRoom } from './record-room.ts';
import type { Acknowledgement, Happenings, Publishing, RecordOperations } from './records.ts';
import { RuleTable } from './rule-table.ts';
import type { Runs } from './runs.ts';

interface Options {
  runs: Runs;
  /** Rows that are kept. */
  room: RecordRoom;
}

/** What the worker can be asked about outputs, rules and alerts. */
export function recordOperations(database: Database, { runs, room }: Options) {
  const changes = new ChangeTable(database, room.changes);
  const alerts = new AlertTable(database, room.alerts);
  const rules = new RuleTable(database, room.ruleChanges);
  const dropped = {
    add: database.prepare<[number]>('UPDATE dropped_record SET count = count + ?'),
    count: database.prepare<[], number>('SELECT count FROM dropped_record').pluck(),
  };

  /** What waited in memory while its run met the true time is moved there now. */
  function trusted<T extends { at: number; run: number }>(row: T): T {
    const shift = row.run > 0 ? runs.shiftOf(row.run) : null;
    return shift === null ? row : { ...row, at: row.at + shift, run: 0 };
  }

  const operations: RecordOperations = {
    record: inTransaction(({ changes: done, alerts: events, states, dropped: lost = 0, publishing }: Happenings) => {
      for (const change of done) changes.insert(trusted(change));
      for (const event of events) alerts.note(trusted(event));
      for (const [rule, state] of Object.entries(states)) rules.save(rule, state);
      if (done.length > 0) changes.forget();
      if (lost > 0) dropped.add.run(lost);
      return alerts.publish(publishing);
    }),
    droppedRecords: () => dropped.count.get() ?? 0,
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
  return { operations, shift, openAlerts: () => alerts.open() };
}
