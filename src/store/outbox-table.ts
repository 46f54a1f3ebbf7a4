import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Window } from '../summaries/window.ts';
import type { Backlog, Batch, Lane, ProbeFrom, RefusedItem } from './outbox-protocol.ts';

export interface NewItem {
  lane: Lane;
  id: string;
  /** JSON, as it goes upstream. */
  item: string;
  series: number | null;
  window: Window;
  readings: number;
  madeAt: number;
}

/** Members of a batch that say whose it is. */
interface Sender {
  device: string;
  device_uid?: string | undefined;
}

interface Row {
  id: number;
  item: string;
  readings: number;
}

/** 132 bits: enough for no two bodies to share a key, and not longer, since it goes upstream with each of them. */
const KEY_CHARACTERS = 22;

/** Most suspects that are looked at together. Beside a receiver that works there are a few. */
const SUSPECTS = 100;

/** What waits, oldest first. A row goes when it is acknowledged; one that was refused alone is a suspect, beside the others. */
export class OutboxTable {
  readonly #database: Database;
  readonly #insert;
  readonly #firstBatch;
  readonly #count;
  readonly #oldest;
  readonly #assign;
  readonly #move;
  readonly #ofBatch;
  readonly #outdate;
  readonly #delete;
  readonly #refuse;
  readonly #refuseOne;
  readonly #hold;
  readonly #release;
  readonly #suspects;
  readonly #probe;
  readonly #backlog;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare<(string | number | null)[]>(
      `INSERT INTO outbox (lane, item_id, item, series, start, size, readings, made_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    // Of several batches, which only a split leaves behind, the one with the oldest item goes first. The plus keeps
    // SQLite from walking along the whole backlog in its order.
    this.#firstBatch = database.prepare<[string], { batch: number }>(
      'SELECT batch FROM outbox WHERE batch IS NOT NULL AND +lane = ? AND held IS NULL ORDER BY +start, +id LIMIT 1',
    );
    this.#count = database.prepare<[], { last: number }>('UPDATE batch_count SET last = last + 1 RETURNING last');
    this.#oldest = database.prepare<[string], { id: number }>(
      'SELECT id FROM outbox WHERE lane = ? AND refused IS NULL AND batch IS NULL ORDER BY start, id LIMIT 1',
    );
    this.#assign = database.prepare<[number, string, number]>(
      `UPDATE outbox SET batch = ? WHERE id IN
       (SELECT id FROM outbox WHERE lane = ? AND refused IS NULL AND batch IS NULL ORDER BY start, id LIMIT ?)`,
    );
    this.#move = database.prepare<[number, number]>('UPDATE outbox SET batch = ? WHERE id = ?');
    this.#ofBatch = database.prepare<[number], Row>(
      'SELECT id, item, readings FROM outbox WHERE batch = ? ORDER BY start, id',
    );
    this.#outdate = database.prepare<[number]>(
      `UPDATE outbox SET readings = 0 WHERE id IN
       (SELECT refused.id FROM outbox AS arrived CROSS JOIN outbox AS refused
        ON refused.series = arrived.series AND refused.start = arrived.start AND refused.size = arrived.size
        WHERE arrived.batch = ? AND arrived.size > 0 AND refused.id < arrived.id
        AND (refused.refused IS NOT NULL OR refused.held IS NOT NULL))`,
    );
    this.#delete = database.prepare<[number]>('DELETE FROM outbox WHERE batch = ?');
    const refuse = 'UPDATE outbox SET refused = ?, held = NULL, batch = NULL WHERE batch = ?';
    this.#refuse = database.prepare<[string, number]>(refuse);
    this.#refuseOne = database.prepare<[string, number, string]>(`${refuse} AND item_id = ?`);
    this.#hold = database.prepare<[string, number]>('UPDATE outbox SET held = ? WHERE batch = ?');
    this.#release = database.prepare<[number]>('UPDATE outbox SET held = NULL, batch = NULL WHERE batch = ?');
    this.#suspects = database
      .prepare<[string, number], number>(
        'SELECT batch FROM outbox WHERE held IS NOT NULL AND lane = ? ORDER BY start, id LIMIT ?',
      )
      .pluck();
    const free = 'SELECT id FROM outbox WHERE lane = ? AND refused IS NULL AND batch IS NULL';
    this.#probe = {
      newest: database.prepare<[string], { id: number }>(`${free} ORDER BY start DESC, id DESC LIMIT 1`),
      anywhere: database.prepare<[string], { id: number }>(
        `${free} AND id >= (SELECT min(id) + abs(random()) % (max(id) - min(id) + 1) FROM outbox) LIMIT 1`,
      ),
    };
    this.#backlog = database.prepare<[], Backlog>(
      'SELECT items, bytes, readings, (SELECT min(made_at) FROM outbox WHERE refused IS NULL) AS oldestAt FROM outbox_count',
    );
  }

  add({ lane, id, item, series, window, readings, madeAt }: NewItem): void {
    this.#insert.run(lane, id, item, series, window.start, window.sizeMs, readings, madeAt);
  }

  /** The batch that is next in its lane: an unsettled one again, item for item and byte for byte, else a new one. */
  next(lane: Lane, maxItems: number, sender: Sender): Batch | null {
    const id = this.#firstBatch.get(lane)?.batch ?? this.#gather(lane, maxItems);
    return id === null ? null : this.#batchOf(id, lane, sender);
  }

  /** The batches of the suspects, each of one item, oldest first. */
  suspects(lane: Lane, sender: Sender): Batch[] {
    return this.#suspects.all(lane, SUSPECTS).map((id) => this.#batchOf(id, lane, sender));
  }

  /** A batch of one item that is not the next one; null where there is none that was in no batch yet. */
  probe(lane: Lane, from: ProbeFrom, sender: Sender): Batch | null {
    const id = this.#database.transaction(() => {
      const row = this.#probe[from].get(lane);
      if (row === undefined) return null;
      const batch = this.#newBatch();
      this.#move.run(batch, row.id);
      return batch;
    })();
    return id === null ? null : this.#batchOf(id, lane, sender);
  }

  /**
   * A revision that has arrived brings the readings of those before it, also of those that were refused. Items that the
   * receiver took the batch without are dead letters.
   */
  acknowledge(batch: number, refused: readonly RefusedItem[] = []): void {
    this.#database.transaction(() => {
      for (const { id, reason } of refused) this.#refuseOne.run(reason, batch, id);
      this.#outdate.run(batch);
      this.#delete.run(batch);
    })();
  }

  split(batch: number): void {
    this.#database.transaction(() => {
      const rows = this.#ofBatch.all(batch);
      const half = Math.ceil(rows.length / 2);
      for (const part of [rows.slice(0, half), rows.slice(half)]) {
        const number = this.#newBatch();
        for (const { id } of part) this.#move.run(number, id);
      }
    })();
  }

  /** Makes a suspect of a batch of one item. */
  hold(batch: number, reason: string): void {
    this.#hold.run(reason, batch);
  }

  /** Its items wait again, as if they had been in no batch. */
  release(batch: number): void {
    this.#release.run(batch);
  }

  setAside(batch: number, reason: string): void {
    this.#refuse.run(reason, batch);
  }

  /** From the count that the database keeps, and an index: a backlog of months takes no longer than an empty one. */
  backlog(): Backlog {
    return this.#backlog.get() ?? { items: 0, bytes: 0, readings: 0, oldestAt: null };
  }

  #batchOf(id: number, lane: Lane, sender: Sender): Batch {
    const rows = this.#ofBatch.all(id);
    const head = JSON.stringify(sender).slice(0, -1);
    const body = `${head},"items":[${rows.map(({ item }) => item).join(',')}]}`;
    const key = createHash('sha256').update(body).digest('base64url').slice(0, KEY_CHARACTERS);
    const readings = rows.reduce((sum, row) => sum + row.readings, 0);
    return { id, lane, items: rows.length, key, body, readings };
  }

  /** Makes a batch of the oldest items. Where nothing waits, nothing is written either. */
  #gather(lane: Lane, maxItems: number): number | null {
    return this.#database.transaction(() => {
      if (this.#oldest.get(lane) === undefined) return null;
      const batch = this.#newBatch();
      this.#assign.run(batch, lane, maxItems);
      return batch;
    })();
  }

  #newBatch(): number {
    return this.#count.get()?.last ?? 0;
  }
}
