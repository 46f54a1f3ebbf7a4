import type { Cancel, Clock } from '../clock.ts';
import { type Operation, UNKNOWN_RUN } from './protocol.ts';
import type { AlertEvent, Happenings, Publishing, StoredChange } from './records.ts';
import type { Store } from './store.ts';

type Noted<T> = T & { monotonic: number };
/** Times are known at once, the run they belong to when they are written. */
type NewChange = Noted<Omit<StoredChange, 'id' | 'run'>>;
type NewAlert = Noted<WithoutRun<AlertEvent>>;
type WithoutRun<T> = T extends unknown ? Omit<T, 'run'> : never;

interface Options {
  store: Pick<Store, 'ask'>;
  clock: Clock;
  /** The run whose clock was not trusted yet at this monotonic instant; 0 where it was. */
  runAt: (monotonic: number) => number;
  publishing: () => Publishing;
  /** Items were put into the outbox. */
  onPublished: () => void;
  onFault: (fault: Error) => void;
}

const TRY_AGAIN_MS = 2000;
/** While a disk is away. Beyond it the oldest go, and are counted. */
const MOST = 10_000;
const CROWDED = 1000;

/**
 * Writes down what outputs and rules do, at once and together: whoever notes something does not wait, and what is noted
 * while one transaction is under way goes into the next. A disk that fails is tried again.
 */
export class Recorder {
  /** Happenings that were given up since the start. */
  dropped = 0;
  /** The same of earlier lives; undefined until the database has said so. */
  #droppedBefore: number | undefined;
  /** Of those of this life, how many the database knows of. */
  #droppedKnown = 0;
  readonly #options: Options;
  #changes: NewChange[] = [];
  #alerts: NewAlert[] = [];
  #states = new Map<string, string>();
  #writing: Promise<void> | undefined;
  /** How many happenings were noted, and how many of them are on disk or given up. */
  #noted = 0;
  #settled = 0;
  /** Who waits for what was noted until then; the first came first. */
  readonly #waiters: { upTo: number; resolve: (durable: boolean) => void }[] = [];
  #cancel: Cancel | undefined;
  #failing = false;
  /** A disk that stays away is one line in the log. */
  #said = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Asks how many happenings earlier lives gave up. A disk that does not say is asked again with the next write. */
  async recall(): Promise<void> {
    this.#droppedBefore ??= await this.#options.store.ask('droppedRecords', {}).catch(() => undefined);
  }

  /** True while what is noted cannot be written. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Happenings that were given up since the database was made, as far as is known. */
  get droppedEver(): number {
    return (this.#droppedBefore ?? 0) + this.dropped;
  }

  /** So many steps of alerts wait that no more should be made. */
  get crowded(): boolean {
    return this.#alerts.length > CROWDED;
  }

  get waiting(): number {
    return this.#changes.length + this.#alerts.length + this.#states.size;
  }

  change(change: NewChange): void {
    this.#changes.push(change);
    this.#note(this.#changes);
  }

  alert(event: NewAlert): void {
    this.#alerts.push(event);
    this.#note(this.#alerts);
  }

  /** What a rule has to remember over a restart: the last word counts. */
  state(rule: string, state: string): void {
    this.#states.set(rule, state);
    this.#note([]);
  }

  /** Whether all that was noted before is on disk, at the latest after `withinMs`; what is noted later is not waited for. */
  async isDurable(withinMs: number): Promise<boolean> {
    if (this.#failing) return false;
    if (this.#settled === this.#noted) return true;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(withinMs, () => resolve(false));
      this.#waiters.push({
        upTo: this.#noted,
        resolve(durable) {
          cancel();
          resolve(durable);
        },
      });
    });
  }

  /** Tries once more; what cannot be written then, or is noted later, is lost. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    this.#failing = false;
    await this.#drained();
  }

  #note(queue: unknown[]): void {
    this.#noted += 1;
    if (queue.length > MOST) {
      queue.shift();
      this.dropped += 1;
    }
    // After the end the database is closed, and asking it would open it again.
    if (!this.#failing && !this.#stopped) void this.#drained();
  }

  async #drained(): Promise<void> {
    while (this.waiting > 0 && !this.#failing) {
      // One turn of the loop gathers what happens together into one transaction.
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
    await this.#writing;
  }

  async #write(): Promise<void> {
    await Promise.resolve();
    const { store, runAt, publishing, onPublished, onFault } = this.#options;
    const [changes, alerts, states] = [this.#changes, this.#alerts, this.#states];
    const withRun = <T extends { monotonic: number }>(row: T) => ({ ...row, run: runAt(row.monotonic) });
    const { dropped } = this;
    const happenings: Happenings = {
      changes: changes.map(withRun),
      alerts: alerts.map((event) => withRun(event) as Noted<AlertEvent>),
      states: Object.fromEntries(states),
      dropped: dropped - this.#droppedKnown,
      publishing: publishing(),
    };
    [this.#changes, this.#alerts, this.#states] = [[], [], new Map()];
    const upTo = this.#noted;
    try {
      if ([...happenings.changes, ...happenings.alerts].some(({ run }) => run === UNKNOWN_RUN)) {
        throw new Error('the database has not been there since the start');
      }
      this.#droppedBefore ??= await store.ask('droppedRecords' satisfies Operation, {});
      if ((await store.ask('record' satisfies Operation, happenings)) > 0) onPublished();
      this.#droppedKnown = dropped;
      this.#said = false;
      this.#settle(upTo, true);
    } catch (fault) {
      this.#changes = [...changes, ...this.#changes];
      this.#alerts = [...alerts, ...this.#alerts];
      this.#states = new Map([...states, ...this.#states]);
      if (!this.#said) onFault(fault as Error);
      this.#said = true;
      this.#failing = true;
      this.#settle(this.#settled, false);
      if (!this.#stopped) this.#cancel = this.#options.clock.after(TRY_AGAIN_MS, () => this.#again());
    }
  }

  #settle(upTo: number, durable: boolean): void {
    this.#settled = upTo;
    while (this.#waiters[0] !== undefined && (!durable || this.#waiters[0].upTo <= upTo)) {
      this.#waiters.shift()?.resolve(durable);
    }
  }

  #again(): void {
    this.#failing = false;
    void this.#drained();
  }
}
