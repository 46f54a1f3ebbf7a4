import type { Alert } from '../../schemas/alerts.ts';
import { toTimestamp } from '../clock.ts';
import type { StoredAlert } from '../store/records.ts';

/** An alert in the API's words. */
export function describeAlert({ raisedAt, clearedAt, acknowledgedAt, ...alert }: StoredAlert): Alert {
  const { id, rule, cause, sensor, unit, severity, value, threshold } = alert;
  const time = (at: number | null) => (at === null ? null : toTimestamp(at));
  return {
    ...{ id, rule, cause, sensor, unit, severity, value, threshold },
    raised_at: toTimestamp(raisedAt),
    cleared_at: time(clearedAt),
    acknowledged_at: time(acknowledgedAt),
  };
}
