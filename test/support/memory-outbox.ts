import { createHash } from 'node:crypto';
import type { Batch, Lane, Outbox, ProbeFrom, RefusedItem } from '../../src/uplink/outbox.ts';
import type { Item } from './receiver.ts';

/** The outbox without a disk, and the model of what one does. */
export class MemoryOutbox implements Outbox {
  readonly acknowledged: Item[] = [];
  readonly setAsideItems: { item: Item; reason: string }[] = [];
  /** Thrown by the next call, until it is taken away: the disk is broken. */
  fault: Error | undefined;

  readonly #waiting: Record<Lane, Item[]> = { alert: [], summary: [] };
  readonly #batches: Record<Lane, { batch: Batch; items: Item[] }[]> = { alert: [], summary: [] };
  readonly #suspects: Record<Lane, { batch: Batch; items: Item[] }[]> = { alert: [], summary: [] };
  /** As they came. */
  readonly #order: Item[] = [];
  #lastId = 0;

  add(...items: Item[]): void {
    this.#order.push(...items);
    for (const item of items) this.#waiting[item.kind === 'alert' ? 'alert' : 'summary'].push(item);
  }

  /** Items that are not settled. */
  get size(): number {
    const inBatches = [this.#batches, this.#suspects].flatMap((lanes) => Object.values(lanes).flat());
    return inBatches.reduce((sum, { items }) => sum + items.length, 0) + Object.values(this.#waiting).flat().length;
  }

  async next(lane: Lane, maxItems: number): Promise<Batch | undefined> {
    this.#work();
    const items = this.#batches[lane].length === 0 ? this.#waiting[lane].splice(0, maxItems) : [];
    if (items.length > 0) this.#batches[lane].push(this.#batchOf(lane, items));
    return this.#batches[lane][0]?.batch;
  }

  async suspects(lane: Lane): Promise<Batch[]> {
    this.#work();
    return this.#suspects[lane].map(({ batch }) => batch);
  }

  async probe(lane: Lane, from: ProbeFrom): Promise<Batch | undefined> {
    this.#work();
    const waiting = this.#waiting[lane];
    if (waiting.length === 0) return undefined;
    const items = waiting.splice(from === 'newest' ? -1 : Math.floor(waiting.length / 2), 1);
    const probe = this.#batchOf(lane, items);
    this.#batches[lane].push(probe);
    return probe.batch;
  }

  async acknowledge(batch: Batch, refused: readonly RefusedItem[] = []): Promise<void> {
    this.#work();
    const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
    for (const item of this.#take(batch)) {
      const reason = reasons.get(item.id);
      if (reason === undefined) this.acknowledged.push(item);
      else this.setAsideItems.push({ item, reason });
    }
  }

  async split(batch: Batch): Promise<void> {
    this.#work();
    const items = this.#take(batch);
    const half = Math.ceil(items.length / 2);
    const halves = [items.slice(0, half), items.slice(half)].filter(({ length }) => length > 0);
    this.#batches[batch.lane].unshift(...halves.map((part) => this.#batchOf(batch.lane, part)));
  }

  async hold(batch: Batch): Promise<void> {
    this.#work();
    const items = this.#take(batch);
    if (items.length > 0) this.#suspects[batch.lane].push({ batch, items });
    this.#suspects[batch.lane].sort((a, b) => this.#place(a.items) - this.#place(b.items));
  }

  async release(batch: Batch): Promise<void> {
    this.#work();
    const waiting = this.#waiting[batch.lane];
    waiting.push(...this.#take(batch));
    waiting.sort((a, b) => this.#place([a]) - this.#place([b]));
  }

  async setAside(batch: Batch, reason: string): Promise<void> {
    this.#work();
    for (const item of this.#take(batch)) this.setAsideItems.push({ item, reason });
  }

  /** The items of a batch that is not settled yet; none when it is. */
  #take(batch: Batch): Item[] {
    for (const batches of [this.#batches[batch.lane], this.#suspects[batch.lane]]) {
      const index = batches.findIndex((other) => other.batch.id === batch.id);
      if (index >= 0) return batches.splice(index, 1)[0]?.items ?? [];
    }
    return [];
  }

  #place([first]: Item[]): number {
    return first === undefined ? -1 : this.#order.indexOf(first);
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
