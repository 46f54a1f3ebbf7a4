import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Window } from '../summaries/window.ts';
import type { Batch, Lane, OutboxState } from './protocol.ts';

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

/** Most set-aside items that are listed. */
const LISTED = 100;

/** What waits to go upstream, oldest first. A row goes away only when the receiver has acknowledged it. */
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
  readonly #state;
  readonly #refused;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare<(string | number | null)[]>(
      `INSERT INTO outbox (lane, item_id, item, series, start, size, readings, made_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    // Of several batches, which only a split leaves behind, the one with the oldest item goes first. The plus keeps
    // SQLite from walking along the whole backlog in its order.
    this.#firstBatch = database.prepare<[string], { batch: number }>(
      'SELECT batch FROM outbox WHERE batch IS NOT NULL AND +lane = ? ORDER BY +start, +id LIMIT 1',
    );
    this.#count = database.prepare<[], { last: number }>('UPDATE batch_count SET last = last + 1 RETURNING last');
    this.#oldest = database.prepare<[string], { id: number }>(
      'SELECT id FROM outbox WHERE lane = ? AND refused IS NULL ORDER BY start, id LIMIT 1',
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
        WHERE arrived.batch = ? AND arrived.size > 0 AND refused.refused IS NOT NULL AND refused.id < arrived.id)`,
    );
    this.#delete = database.prepare<[number]>('DELETE FROM outbox WHERE batch = ?');
    this.#refuse = database.prepare<[string, number]>('UPDATE outbox SET refused = ?, batch = NULL WHERE batch = ?');
    this.#state = database.prepare<[], Omit<OutboxState, 'setAside'>>(
      `SELECT count(*) AS items, coalesce(sum(octet_length(item)), 0) AS bytes, coalesce(sum(readings), 0) AS readings,
       min(made_at) AS oldestAt FROM outbox WHERE refused IS NULL`,
    );
    this.#refused = database.prepare<[number], OutboxState['setAside'][number]>(
      'SELECT item_id AS id, refused AS reason FROM outbox WHERE refused IS NOT NULL ORDER BY outbox.id DESC LIMIT ?',
    );
  }

  add({ lane, id, item, series, window, readings, madeAt }: NewItem): void {
    this.#insert.run(lane, id, item, series, window.start, window.sizeMs, readings, madeAt);
  }

  /** The batch that is next in its lane: an unsettled one again, item for item and byte for byte, else a new one. */
  next(lane: Lane, maxItems: number, sender: Sender): Batch | null {
    const id = this.#firstBatch.get(lane)?.batch ?? this.#gather(lane, maxItems);
    if (id === null) return null;
    const rows = this.#ofBatch.all(id);
    const head = JSON.stringify(sender).slice(0, -1);
    const body = `${head},"items":[${rows.map(({ item }) => item).join(',')}]}`;
    const key = createHash('sha256').update(body).digest('base64url').slice(0, KEY_CHARACTERS);
    const readings = rows.reduce((sum, row) => sum + row.readings, 0);
    return { id, lane, items: rows.length, key, body, readings };
  }

  /** A revision that has arrived brings the readings of those before it, also of those that were refused. */
  acknowledge(batch: number): void {
    this.#database.transaction(() => {
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

  setAside(batch: number, reason: string): void {
    this.#refuse.run(reason, batch);
  }

  state(): OutboxState {
    const waiting = this.#state.get() ?? { items: 0, bytes: 0, readings: 0, oldestAt: null };
    return { ...waiting, setAside: this.#refused.all(LISTED) };
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
