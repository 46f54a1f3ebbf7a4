import { type Clock, toTimestamp } from '../clock.ts';
import type { Sender, Sent } from './client.ts';
import { LaneLoop } from './lane.ts';
import type { Listener } from './lane-parts.ts';
import type { Batch, Lane, Outbox } from './outbox.ts';
import { Pace } from './pace.ts';

export interface UplinkStatus {
  /** `paused`: the receiver does not accept the token, or anything. `waiting`: it is out of reach or not well. */
  state: 'idle' | 'sending' | 'waiting' | 'paused';
  /** Wall times in milliseconds since 1970. */
  lastSuccessAt: number | null;
  lastError: { why: string; at: number } | null;
  /** Since when one of the lanes does not get through; null while both do. */
  failingSince: number | null;
  nextTryAt: number | null;
  /** Why the receiver refuses, while it takes nothing of a lane; null while it does. */
  refusing: string | null;
  /** Since the start of the process, retries included. */
  requests: number;
  itemsSent: number;
  /** HTTP as it is written to the connection, compressed, with its headers; without TLS, TCP and answers. */
  bytesSent: number;
}

interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

interface Options {
  outbox: Outbox;
  sender: Sender;
  clock: Clock;
  /** Numbers from 0 up to 1. */
  random: () => number;
  maxBatch: number;
  gatherMs?: number;
  log: Log;
}

type Trouble = 'failing' | 'refusing' | 'paused';

const TOLD: Readonly<Record<Trouble, string>> = {
  failing: 'does not deliver, tried again for ever',
  refusing: 'everything is refused; all of it is kept and tried again',
  paused: 'paused, tried again every 5 minutes',
};

const PAUSE_MS = 5 * 60_000;
/** How long the end of the process waits for an answer. Without one the batch is sent again after the next start. */
const STOP_GRACE_MS = 2000;

/** Brings the outbox to the receiver: alerts and summaries in lanes of their own, over connections of their own. */
export class Uploader {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pace: Pace;
  readonly #lanes: Readonly<Record<Lane, LaneLoop>>;
  readonly #both: readonly LaneLoop[];
  readonly #counts = { requests: 0, itemsSent: 0, bytesSent: 0 };
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #lastSuccessAt: number | null = null;
  #lastError: UplinkStatus['lastError'] = null;
  /** What the log was last told, and since when that is so. */
  #told: { state: Trouble; since: number } | undefined;

  constructor({ outbox, sender, clock, random, maxBatch, gatherMs = 0, log }: Options) {
    this.#clock = clock;
    this.#log = log;
    this.#pace = new Pace(clock);
    const pausedUntil = () => this.#pausedUntil;
    const listener: Listener = {
      onRequest: () => void this.#counts.requests++,
      onAnswer: (batch, sent) => this.#onAnswer(batch, sent),
      onRefusing: (why) => this.#failed(why, 'refusing'),
      onOutboxError: (why) => this.#failed(why, 'failing'),
    };
    const shared = { outbox, sender, pace: this.#pace, clock, random, maxBatch, gatherMs, pausedUntil, listener };
    const alert = new LaneLoop('alert', shared);
    this.#lanes = { alert, summary: new LaneLoop('summary', shared, alert) };
    this.#both = [this.#lanes.alert, this.#lanes.summary];
  }

  start(): void {
    for (const lane of this.#both) lane.start();
  }

  /** Resolves when no request is in flight any more; what has no answer by then stays in the outbox. */
  async stop(): Promise<void> {
    this.#pace.close();
    await Promise.all(this.#both.map((lane) => lane.stop(STOP_GRACE_MS)));
  }

  /** By hand: one batch of each lane that is due. */
  async tick(): Promise<void> {
    await Promise.all(this.#both.map((lane) => lane.round()));
  }

  /** There is a new item in the outbox. */
  wake(lane: Lane): void {
    this.#lanes[lane].wake();
  }

  /** Tries now, whatever the waits; resolves when each lane has tried its next batch. */
  async flush(): Promise<void> {
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    for (const lane of this.#both) lane.forget();
    await this.tick();
  }

  status(): UplinkStatus {
    const failing = this.#failing();
    const nextTries = failing.filter(({ sending }) => !sending).map(({ nextAt }) => nextAt);
    return {
      state: this.#state(),
      lastSuccessAt: this.#lastSuccessAt,
      lastError: this.#lastError,
      failingSince: this.#wallTime(failing.map(({ failingSince }) => failingSince ?? 0)),
      nextTryAt: this.#wallTime(nextTries.map((at) => Math.max(at, this.#clock.monotonic()))),
      refusing: this.#both.find(({ refusing }) => refusing !== null)?.refusing ?? null,
      ...this.#counts,
    };
  }

  #failing(): LaneLoop[] {
    return this.#both.filter(({ failingSince }) => failingSince !== null);
  }

  #state(): UplinkStatus['state'] {
    if (this.#both.some(({ sending }) => sending)) return 'sending';
    const refuses = this.#both.some(({ refusing }) => refusing !== null);
    if (refuses || this.#pausedUntil > this.#clock.monotonic()) return 'paused';
    return this.#failing().length > 0 ? 'waiting' : 'idle';
  }

  /** The first of some monotonic instants, by the wall clock as it stands now; null where there is none. */
  #wallTime(instants: readonly number[]): number | null {
    if (instants.length === 0) return null;
    return Math.round(this.#clock.now() + Math.min(...instants) - this.#clock.monotonic());
  }

  #onAnswer(batch: Batch, { outcome, bytes }: Sent): void {
    const now = this.#clock.now();
    this.#counts.bytesSent += bytes;
    if (outcome.kind === 'accepted') {
      this.#counts.itemsSent += batch.items;
      this.#lastSuccessAt = now;
      this.#reached();
    } else if (outcome.kind === 'refused') {
      this.#lastError = { why: outcome.why, at: now };
    } else if (outcome.kind === 'exists') {
      if (batch.items === 1) this.#reached();
    } else if (outcome.kind === 'unauthorised') {
      this.#pausedUntil = this.#clock.monotonic() + PAUSE_MS;
      this.#failed(outcome.why, 'paused');
    } else this.#failed(outcome.why, 'failing');
  }

  /** The receiver is there and knows this device: a lane that waits has no reason to any more. */
  #reached(): void {
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    const failing = this.#failing();
    for (const lane of failing) lane.hurry();
    if (failing.length > 0 || this.#told === undefined) return;
    this.#log.info({ since: toTimestamp(this.#told.since) }, 'uplink: delivers again');
    this.#told = undefined;
  }

  #failed(why: string, state: Trouble): void {
    const at = this.#clock.now();
    this.#lastError = { why, at };
    if (this.#told?.state === state || this.#told?.state === 'paused') return;
    this.#told = { state, since: this.#told?.since ?? at };
    this.#log.warn({ why }, `uplink: ${TOLD[state]}`);
  }
}
