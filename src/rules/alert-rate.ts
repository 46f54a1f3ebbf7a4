import type { Cancel, Clock } from '../clock.ts';
import type { Cause } from './alert.ts';
import type { AlertNote, Records } from './journal.ts';

/** What is remembered over a restart. */
export interface RateMemory {
  tokens: number;
  suppressed: number;
}

interface Options {
  clock: Clock;
  records: Pick<Records, 'alert' | 'crowded'>;
  /** Alerts that a rule may raise of one cause in an hour. */
  maxPerHour: number;
}

type Cleared = Extract<AlertNote, { event: 'cleared' }>;
type Raised = Extract<AlertNote, { event: 'raised' }>;

interface Bucket {
  tokens: number;
  /** Monotonic time for which `tokens` holds. */
  at: number;
  /** How often the rule was broken again while its alert was kept open. */
  suppressed: number;
  /** The end of an episode that is not told yet. */
  held: Cleared | undefined;
  cancel: Cancel;
}

const HOUR_MS = 3_600_000;
/** While a disk is away alerts wait in memory: then nothing new is told before there is room. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Holds the alerts of a rule that flaps to a rate: a token bucket for each rule and cause. Nothing that is wrong is ever
 * hidden: it is the end of an episode that waits for the next token, and what begins meanwhile is counted in that one.
 */
export class AlertRate {
  /** Alerts that were not raised since the start. */
  suppressed = 0;
  readonly #options: Options;
  readonly #buckets = new Map<string, Map<Cause, Bucket>>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Rules whose alerts are kept open because they flap. */
  get flapping(): string[] {
    return [...this.#buckets].flatMap(([rule]) => (this.isFlapping(rule) ? [rule] : []));
  }

  isFlapping(rule: string): boolean {
    return [...(this.#buckets.get(rule)?.values() ?? [])].some(
      ({ held, suppressed }) => held !== undefined || suppressed > 0,
    );
  }

  /** Of the episode that is open: how often the rule was broken again within it. */
  suppressedOf(rule: string, cause: Cause): number {
    return this.#buckets.get(rule)?.get(cause)?.suppressed ?? 0;
  }

  raised(note: Raised): void {
    const bucket = this.#bucket(note.rule, note.cause);
    if (bucket.held !== undefined) {
      bucket.cancel();
      bucket.held = undefined;
      bucket.suppressed += 1;
      this.suppressed += 1;
      return;
    }
    // Without a token as well: an alert is never kept back, and the next end waits for as much longer.
    bucket.tokens -= 1;
    this.#options.records.alert(note);
  }

  cleared(note: Cleared): void {
    const bucket = this.#bucket(note.rule, note.cause);
    bucket.held = note;
    this.#tell(bucket);
  }

  /** Tells every end that waits: the rule is another one from now on, or gone, or the server ends. */
  release(rule: string): void {
    for (const bucket of this.#buckets.get(rule)?.values() ?? []) this.#end(bucket);
  }

  /** The rule is gone. */
  forget(rule: string): void {
    this.release(rule);
    this.#buckets.delete(rule);
  }

  memory(rule: string): Partial<Record<Cause, RateMemory>> | undefined {
    const spent = [...(this.#buckets.get(rule) ?? [])].flatMap(([cause]) => {
      const { tokens, suppressed } = this.#bucket(rule, cause);
      return tokens < this.#options.maxPerHour ? [[cause, { tokens, suppressed }] as const] : [];
    });
    return spent.length === 0 ? undefined : Object.fromEntries(spent);
  }

  /** `sinceMs` have passed since it was remembered, as far as is known. */
  recall(rule: string, memory: Partial<Record<Cause, RateMemory>>, sinceMs: number): void {
    for (const [cause, { tokens, suppressed }] of Object.entries(memory) as [Cause, RateMemory][]) {
      const bucket = this.#bucket(rule, cause);
      bucket.tokens = this.#refilled(tokens, sinceMs);
      bucket.suppressed = suppressed;
    }
  }

  stop(): void {
    for (const rule of this.#buckets.keys()) this.release(rule);
  }

  /** Tells an end that waits, as soon as the rate allows the beginning behind it. */
  #tell(bucket: Bucket): void {
    const { clock, records, maxPerHour } = this.#options;
    bucket.cancel();
    this.#refill(bucket);
    const lacking = 1 - bucket.tokens;
    // Binary arithmetic may leave a token a hair short.
    const hasToken = lacking <= 1e-9;
    const waitMs = hasToken ? LOOK_AGAIN_MS : Math.ceil((lacking * HOUR_MS) / maxPerHour);
    if (hasToken && !records.crowded) this.#end(bucket);
    else bucket.cancel = clock.after(waitMs, () => this.#tell(bucket));
  }

  #end(bucket: Bucket): void {
    const { held, suppressed } = bucket;
    bucket.cancel();
    if (held === undefined) return;
    bucket.held = undefined;
    bucket.suppressed = 0;
    this.#options.records.alert({ ...held, suppressed });
  }

  #bucket(rule: string, cause: Cause): Bucket {
    const { clock, maxPerHour } = this.#options;
    const causes = this.#buckets.get(rule) ?? new Map<Cause, Bucket>();
    this.#buckets.set(rule, causes);
    const bucket = causes.get(cause) ?? {
      ...{ tokens: maxPerHour, at: clock.monotonic(), suppressed: 0 },
      ...{ held: undefined, cancel: () => {} },
    };
    causes.set(cause, bucket);
    this.#refill(bucket);
    return bucket;
  }

  #refill(bucket: Bucket): void {
    const now = this.#options.clock.monotonic();
    bucket.tokens = this.#refilled(bucket.tokens, now - bucket.at);
    bucket.at = now;
  }

  #refilled(tokens: number, forMs: number): number {
    const { maxPerHour } = this.#options;
    return Math.min(maxPerHour, tokens + (Math.max(0, forMs) * maxPerHour) / HOUR_MS);
  }
}
