import type { Database } from 'better-sqlite3';
import { alertItem } from '../rules/alert.ts';
import type { Publishing, StoredAlert } from './records.ts';

/** What may still be changed of an alert: an item that was handed out in a batch keeps its bytes. */
export const STILL_HERE = 'batch IS NULL AND refused IS NULL';

/**
 * The items of alerts in the outbox. Of one alert at most one waits beside those that were handed out: a newer revision
 * takes the place of one that has not left the device.
 */
export class AlertItems {
  readonly #waiting;
  readonly #insert;
  readonly #replace;

  constructor(database: Database) {
    this.#waiting = database
      .prepare<[number], number>(`SELECT id FROM outbox WHERE alert = ? AND ${STILL_HERE} LIMIT 1`)
      .pluck();
    this.#insert = database.prepare<(string | number)[]>(
      `INSERT INTO outbox (lane, item_id, item, start, size, readings, made_at, alert, unseen)
       VALUES ('alert', ?, ?, ?, 0, 0, ?, ?, ?)`,
    );
    this.#replace = database.prepare<[string, string, number]>('UPDATE outbox SET item_id = ?, item = ? WHERE id = ?');
  }

  /** `unseen`: no revision of it was given to the outbox before. */
  put(alert: StoredAlert, unseen: boolean, { device, now }: Publishing): void {
    const item = alertItem(device, alert);
    const json = JSON.stringify(item);
    const waiting = this.#waiting.get(alert.id);
    if (waiting !== undefined) this.#replace.run(item.id, json, waiting);
    else this.#insert.run(item.id, json, alert.raisedAt, now, alert.id, Number(unseen));
  }
}
