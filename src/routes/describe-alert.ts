import type { Alert } from '../../schemas/alerts.ts';
import { toTimestamp } from '../clock.ts';
import type { AlertRate } from '../rules/alert-rate.ts';
import type { StoredAlert } from '../store/records.ts';

/** An alert in the API's words. */
export function describeAlert(
  { raisedAt, clearedAt, acknowledgedAt, ...alert }: StoredAlert,
  rate: Pick<AlertRate, 'suppressedOf'>,
): Alert {
  const { id, rule, cause, sensor, unit, severity, value, threshold } = alert;
  const time = (at: number | null) => (at === null ? null : toTimestamp(at));
  return {
    ...{ id, rule, cause, sensor, unit, severity, value, threshold },
    suppressed: alert.suppressed + (clearedAt === null ? rate.suppressedOf(rule, cause) : 0),
    raised_at: toTimestamp(raisedAt),
    cleared_at: time(clearedAt),
    acknowledged_at: time(acknowledgedAt),
  };
}
