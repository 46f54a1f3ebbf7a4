import { createHash } from 'node:crypto';
import type { Batch, Lane, Outbox } from '../../src/uplink/outbox.ts';
import type { Item } from './receiver.ts';

/** The outbox without a disk, and the model of what one does. */
export class MemoryOutbox implements Outbox {
  readonly acknowledged: Item[] = [];
  readonly setAsideItems: { item: Item; reason: string }[] = [];
  /** Thrown by the next call, until it is taken away: the disk is broken. */
  fault: Error | undefined;

  readonly #waiting: Record<Lane, Item[]> = { alert: [], summary: [] };
  readonly #batches: Record<Lane, { batch: Batch; items: Item[] }[]> = { alert: [], summary: [] };
  #lastId = 0;

  add(...items: Item[]): void {
    for (const item of items) this.#waiting[item.kind === 'alert' ? 'alert' : 'summary'].push(item);
  }

  /** Items that are not settled. */
  get size(): number {
    const inBatches = Object.values(this.#batches).flat();
    return inBatches.reduce((sum, { items }) => sum + items.length, 0) + Object.values(this.#waiting).flat().length;
  }

  async next(lane: Lane, maxItems: number): Promise<Batch | undefined> {
    this.#work();
    const items = this.#batches[lane].length === 0 ? this.#waiting[lane].splice(0, maxItems) : [];
    if (items.length > 0) this.#batches[lane].push(this.#batchOf(lane, items));
    return this.#batches[lane][0]?.batch;
  }

  async acknowledge(batch: Batch): Promise<void> {
    this.#work();
    this.acknowledged.push(...this.#take(batch));
  }

  async split(batch: Batch): Promise<void> {
    this.#work();
    const items = this.#take(batch);
    const half = Math.ceil(items.length / 2);
    const halves = [items.slice(0, half), items.slice(half)].filter(({ length }) => length > 0);
    this.#batches[batch.lane].unshift(...halves.map((part) => this.#batchOf(batch.lane, part)));
  }

  async setAside(batch: Batch, reason: string): Promise<void> {
    this.#work();
    for (const item of this.#take(batch)) this.setAsideItems.push({ item, reason });
  }

  /** The items of a batch that is not settled yet; none when it is. */
  #take(batch: Batch): Item[] {
    const batches = this.#batches[batch.lane];
    const index = batches.findIndex((other) => other.batch.id === batch.id);
    return index < 0 ? [] : (batches.splice(index, 1)[0]?.items ?? []);
  }

  #batchOf(lane: Lane, items: Item[]): { batch: Batch; items: Item[] } {
    const body = JSON.stringify({ device: 'greenhouse-1', items });
    const key = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    const readings = items.reduce((sum, { count }) => sum + Number(count ?? 0), 0);
    return { batch: { id: ++this.#lastId, lane, items: items.length, key, body, readings }, items };
  }

  #work(): void {
    if (this.fault) throw this.fault;
  }
}
