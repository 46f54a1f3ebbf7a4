import type { Database } from 'better-sqlite3';
import { toTimestamp } from '../clock.ts';
import type { Episode } from '../rules/alert.ts';
import type { RefusedItem } from './outbox-protocol.ts';

/** Most dead letters that are listed. */
const LISTED = 100;

/** Items of the outbox that the receiver refuses while it accepts others. They are not sent again unless they are requeued. */
export class DeadLetters {
  readonly #database: Database;
  readonly #list;
  readonly #count;
  readonly #requeueAll;
  readonly #requeue;
  readonly #alerts;

  constructor(database: Database) {
    this.#database = database;
    this.#list = database.prepare<[number], RefusedItem>(
      'SELECT item_id AS id, refused AS reason FROM outbox WHERE refused IS NOT NULL ORDER BY outbox.id DESC LIMIT ?',
    );
    this.#count = database.prepare<[], number>('SELECT dead_letters FROM outbox_count').pluck();
    const requeue = 'UPDATE outbox SET refused = NULL WHERE refused IS NOT NULL';
    this.#requeueAll = database.prepare<[]>(requeue);
    this.#requeue = database.prepare<[string]>(`${requeue} AND item_id = ?`);
    this.#alerts = database.prepare<[], { id: string; item: string }>(
      "SELECT item_id AS id, item FROM outbox WHERE refused IS NOT NULL AND lane = 'alert'",
    );
  }

  /** The newest of them, and how many there are. */
  state(): { setAside: RefusedItem[]; setAsideCount: number } {
    return { setAside: this.#list.all(LISTED), setAsideCount: this.#count.get() ?? 0 };
  }

  /** Lets them wait again, those with the given ids or all; returns how many. */
  requeue(ids?: readonly string[]): number {
    if (ids === undefined) return this.#requeueAll.run().changes;
    return this.#database.transaction(() => ids.reduce((sum, id) => sum + this.#requeue.run(id).changes, 0))();
  }

  /** Lets the newest word on each open alert wait again; returns how many items that are. */
  requeueAlerts(open: readonly Episode[]): number {
    const newest = new Set(
      open.map(({ revision, raisedAt, ...alert }) => wordOf(alert, toTimestamp(raisedAt), revision)),
    );
    const due = this.#alerts.all().filter(({ item }) => {
      const { raised_at: raisedAt, revision, ...alert } = JSON.parse(item);
      return newest.has(wordOf(alert, raisedAt, revision));
    });
    return this.requeue(due.map(({ id }) => id));
  }
}

const wordOf = ({ rule, cause }: { rule: string; cause: string }, raisedAt: string, revision: number): string =>
  [rule, cause, raisedAt, revision].join(' ');
