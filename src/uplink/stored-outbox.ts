import type { Cancel, Clock } from '../clock.ts';
import type { OutboxState } from '../store/outbox-protocol.ts';
import type { Store } from '../store/store.ts';
import type { Batch, Lane, Outbox, ProbeFrom, RefusedItem } from './outbox.ts';

interface Options {
  store: Pick<Store, 'ask'>;
  device: string;
  /** What belongs to the machine, to tell two devices of one name apart. */
  uid?: string | undefined;
  clock: Clock;
  onDeadLetters?: (refused: readonly { reason: string }[]) => void;
}

/** Each count is a question to the database's thread: not more often than this. */
const COUNT_EVERY_MS = 10_000;

/** The outbox in the database. It remembers how much waits, for those who must not wait for a disk. */
export class StoredOutbox implements Outbox {
  /** Items that waited at the last count. */
  items = 0;
  /** Dead letters, and why the newest one is, as of then. */
  deadLetters: { count: number; reason: string | null } = { count: 0, reason: null };

  readonly #options: Options;
  #cancelCount: Cancel | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  async next(lane: Lane, maxItems: number): Promise<Batch | undefined> {
    const { store, device, uid } = this.#options;
    return (await store.ask('nextBatch', { lane, maxItems, device, uid })) ?? undefined;
  }

  async suspects(lane: Lane): Promise<Batch[]> {
    const { store, device, uid } = this.#options;
    return store.ask('suspects', { lane, device, uid });
  }

  async probe(lane: Lane, from: ProbeFrom): Promise<Batch | undefined> {
    const { store, device, uid } = this.#options;
    return (await store.ask('probeBatch', { lane, from, device, uid })) ?? undefined;
  }

  async acknowledge({ id }: Batch, refused: readonly RefusedItem[] = []): Promise<void> {
    await this.#options.store.ask('acknowledge', { batch: id, refused });
    if (refused.length > 0) this.#options.onDeadLetters?.(refused);
    this.changed();
  }

  async split({ id }: Batch): Promise<void> {
    await this.#options.store.ask('splitBatch', { batch: id });
  }

  async hold({ id }: Batch, reason: string): Promise<void> {
    await this.#options.store.ask('hold', { batch: id, reason });
  }

  async release({ id }: Batch): Promise<void> {
    await this.#options.store.ask('release', { batch: id });
  }

  async setAside({ id }: Batch, reason: string): Promise<void> {
    await this.#options.store.ask('setAside', { batch: id, reason });
    this.#options.onDeadLetters?.([{ reason }]);
    this.changed();
  }

  /** Lets dead letters wait again; returns how many. */
  async requeue(ids?: readonly string[]): Promise<number> {
    const requeued = await this.#options.store.ask('requeue', ids === undefined ? {} : { ids });
    await this.count();
    return requeued;
  }

  /** The same for what is newest of each open alert. */
  async requeueAlerts(): Promise<number> {
    const requeued = await this.#options.store.ask('requeueAlerts', {});
    if (requeued > 0) this.changed();
    return requeued;
  }

  async count(): Promise<OutboxState> {
    const state = await this.#options.store.ask('outboxState', {});
    this.items = state.items;
    this.deadLetters = { count: state.setAsideCount, reason: state.setAside[0]?.reason ?? null };
    return state;
  }

  /** There is more or less in it: counted soon. */
  changed(): void {
    this.#cancelCount ??= this.#options.clock.after(COUNT_EVERY_MS, () => {
      this.#cancelCount = undefined;
      this.count().catch(() => {}); // whoever needs the database says that it fails
    });
  }

  stop(): void {
    this.#cancelCount?.();
  }
}
