import type { Database } from 'better-sqlite3';
import { STILL_HERE } from './alert-items.ts';

interface Episode {
  id: number;
  clearedAt: number;
  clearedRun: number;
  acknowledged: number;
  suppressed: number;
  unseen: number;
}

/** Alerts that are more than there may be before room is made: it is made for several at once. */
const SLACK = 1 / 16;

/** No revision of it has left the device. */
const UNSEEN = `(published = -1 OR EXISTS
  (SELECT 1 FROM outbox WHERE outbox.alert = a.id AND unseen = 1 AND ${STILL_HERE}))`;

/**
 * Keeps alerts within their share of the room. Alerts that are over and have arrived go first, acknowledged ones before
 * others; the newest of a rule that nobody has acknowledged stays. Then episodes of one rule that have not left the device
 * are folded in pairs: the earlier one goes on until the later one was over, and counts it. One that is open is not touched.
 */
export class AlertRoom {
  readonly #most: number;
  readonly #count;
  readonly #forget;
  readonly #noisiest;
  readonly #episodes;
  readonly #extend;
  readonly #deleteItems;
  readonly #delete;

  constructor(database: Database, most: number) {
    this.#most = most;
    this.#count = database.prepare<[], number>('SELECT count(*) FROM alert').pluck();
    this.#forget = database.prepare<[number]>(
      `DELETE FROM alert WHERE id IN (SELECT id FROM alert AS a
       WHERE cleared_at IS NOT NULL AND published = revision
       AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.alert = a.id)
       AND (acknowledged_at IS NOT NULL OR EXISTS (SELECT 1 FROM alert AS b
         WHERE b.rule = a.rule AND b.cause = a.cause AND b.id > a.id AND b.acknowledged_at IS NULL))
       ORDER BY acknowledged_at IS NULL, id LIMIT ?)`,
    );
    this.#noisiest = database.prepare<[], { rule: string; cause: string }>(
      `SELECT rule, cause FROM alert AS a WHERE cleared_at IS NOT NULL AND ${UNSEEN}
       GROUP BY rule, cause ORDER BY count(*) DESC LIMIT 1`,
    );
    this.#episodes = database.prepare<[string, string], Episode>(
      `SELECT id, cleared_at AS clearedAt, cleared_run AS clearedRun, acknowledged_at IS NOT NULL AS acknowledged,
       suppressed, ${UNSEEN} AS unseen
       FROM alert AS a WHERE rule = ? AND cause = ? AND cleared_at IS NOT NULL ORDER BY id`,
    );
    this.#extend = database.prepare<number[]>(
      `UPDATE alert SET cleared_at = max(raised_at, ?), cleared_run = ?, suppressed = suppressed + ?,
       revision = revision + 1 WHERE id = ?`,
    );
    this.#deleteItems = database.prepare<[number]>('DELETE FROM outbox WHERE alert = ?');
    this.#delete = database.prepare<[number]>('DELETE FROM alert WHERE id = ?');
  }

  /** Part of the caller's transaction. What is folded is to be published anew. */
  keepWithin(): void {
    const count = this.#count.get() ?? 0;
    if (count <= this.#most * (1 + SLACK)) return;
    let over = count - this.#most;
    over -= this.#forget.run(Math.ceil(over)).changes;
    for (let folded = 1; over > 0 && folded > 0; over -= folded) folded = this.#foldNoisiest();
  }

  #foldNoisiest(): number {
    const noisiest = this.#noisiest.get();
    if (noisiest === undefined) return 0;
    const episodes = this.#episodes.all(noisiest.rule, noisiest.cause);
    let folded = 0;
    for (let index = 0; index + 1 < episodes.length; index++) {
      const [earlier, later] = episodes.slice(index, index + 2) as [Episode, Episode];
      // Nobody has said that they know of the later one.
      if (later.unseen === 0 || earlier.acknowledged > later.acknowledged) continue;
      this.#deleteItems.run(later.id);
      this.#delete.run(later.id);
      this.#extend.run(later.clearedAt, later.clearedRun, later.suppressed + 1, earlier.id);
      folded += 1;
      index += 1;
    }
    return folded;
  }
}
