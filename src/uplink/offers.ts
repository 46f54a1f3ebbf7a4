import type { Batch, Lane, Outbox } from './outbox.ts';
import type { Outcome } from './outcome.ts';

/** A batch on its way, and why it is this one. */
export interface Offer {
  batch: Batch;
  as: 'next' | 'suspect' | 'probe';
}

/** What an answer has the outbox do. */
type Settlement = () => Promise<void>;

/** Items refused alone, one after the other, after which others are looked for elsewhere in the lane. */
const IN_A_ROW = 4;
/** After the newest item so many more are offered, before the receiver is left alone. */
const MORE = 3;
/** Refusals behind an acceptance that make a dead letter; more where a receiver has taken back a refusal. */
const FEWEST = 2;
const MOST = 8;

/**
 * What one lane offers the receiver next, and what an answer makes of it. A refusal alone says nothing: a proxy that
 * does not know the token refuses everything. So an item that was refused alone becomes a suspect, and others are
 * offered. It becomes a dead letter only when it was refused on both sides of an acceptance: just before others were
 * accepted, or behind others in an earlier flow, and now again behind others. A flow is what comes without a rest, a
 * failure or a restart, in which the receiver can have become another one. While everything is refused the lane waits,
 * and begins each round with its oldest suspect: when the receiver is well again, the order is kept.
 */
export class Offers {
  /** Why the receiver refuses, while it takes nothing that it is offered. */
  refusing: string | null = null;

  readonly #lane: Lane;
  readonly #outbox: Outbox;
  readonly #maxBatch: number;
  #mayHaveSuspects = true;
  #inARow = 0;
  /** Offers of this round, while others are looked for. */
  #looked = 0;
  #why = '';
  #needed = FEWEST;

  /** Of this flow: whether others were accepted in it; suspects that were refused since, and those that were before. */
  #flows = false;
  readonly #since = new Set<number>();
  readonly #before = new Set<number>();
  /** Suspects that were refused behind an acceptance, in whatever flow of this process. */
  readonly #behind = new Set<number>();
  /** Suspects that had their trial since the last acceptance, and refusals in the trial that runs. */
  readonly #tried = new Set<number>();
  #refusals = 0;

  constructor(lane: Lane, outbox: Outbox, maxBatch: number) {
    this.#lane = lane;
    this.#outbox = outbox;
    this.#maxBatch = maxBatch;
  }

  /** `refused`: everything that can be offered now was refused, and it is time to wait. */
  async next(): Promise<Offer | 'nothing' | 'refused'> {
    const suspects = this.#mayHaveSuspects ? await this.#outbox.suspects(this.#lane) : [];
    this.#mayHaveSuspects = suspects.length > 0;
    if (!this.#mayHaveSuspects) {
      this.#isWell();
      this.#behind.clear();
    }
    const onTrial = this.#flows ? suspects.find(({ id }) => !this.#tried.has(id)) : undefined;
    if (onTrial !== undefined) return { batch: onTrial, as: 'suspect' };
    if (this.#looksElsewhere(suspects.length)) return this.#elsewhere(suspects);
    const batch = await this.#outbox.next(this.#lane, this.#maxBatch);
    if (batch !== undefined) return { batch, as: 'next' };
    const [oldest] = suspects;
    if (oldest === undefined) {
      this.interrupt();
      return 'nothing';
    }
    return this.#flows || this.#inARow > 0 ? this.#giveUp() : { batch: oldest, as: 'suspect' };
  }

  /** Whether the answer decides about the content; then what is to be done in the outbox. */
  settle({ batch, as }: Offer, outcome: Outcome): Settlement | undefined {
    switch (outcome.kind) {
      case 'accepted': {
        if (as === 'suspect' && this.#refusals > 0) this.#needed = Math.min(2 * this.#needed, MOST);
        this.#accepted();
        return () => this.#outbox.acknowledge(batch, outcome.refused);
      }
      case 'exists': {
        this.#refusals = 0;
        return batch.items > 1 ? () => this.#outbox.split(batch) : () => this.#outbox.acknowledge(batch);
      }
      case 'refused':
        return this.#refused({ batch, as }, outcome.why);
      default:
        this.interrupt();
        return undefined;
    }
  }

  /** Somebody wants a try now: a round begins with its oldest suspect. */
  beginRound(): void {
    if (this.refusing !== null) this.#inARow = this.#looked = 0;
  }

  /** The flow ends: what comes behind a wait says nothing about what came before it. */
  interrupt(): void {
    this.#flows = false;
    for (const seen of [this.#since, this.#before, this.#tried]) seen.clear();
    this.#refusals = this.#inARow = this.#looked = 0;
  }

  #accepted(): void {
    this.#isWell();
    this.#flows = true;
    this.#refusals = 0;
    for (const id of this.#since) this.#before.add(id);
    this.#since.clear();
    this.#tried.clear();
  }

  #isWell(): void {
    this.refusing = null;
    this.#inARow = this.#looked = 0;
  }

  #refused({ batch, as }: Offer, why: string): Settlement {
    this.#why = why;
    if (batch.items > 1) return () => this.#outbox.split(batch);
    if (as === 'probe') return () => this.#outbox.release(batch);
    if (as === 'next') {
      this.#mayHaveSuspects = true;
      this.#notProven(batch);
      return () => this.#outbox.hold(batch, why);
    }
    if (!this.#flows || !(this.#before.has(batch.id) || this.#behind.has(batch.id))) {
      this.#notProven(batch);
      return async () => {};
    }
    this.#refusals += 1;
    if (this.#refusals < this.#needed) return async () => {};
    this.#refusals = 0;
    return () => this.#outbox.setAside(batch, why);
  }

  #notProven({ id }: Batch): void {
    this.#inARow += 1;
    this.#since.add(id);
    this.#tried.add(id);
    if (this.#flows) this.#behind.add(id);
  }

  /** While everything is refused, or where too much is under suspicion to go on in order. */
  #looksElsewhere(suspects: number): boolean {
    return this.refusing !== null || this.#inARow >= IN_A_ROW || (suspects > this.#maxBatch && !this.#flows);
  }

  /** One round: the oldest suspect, the newest item, and some more. */
  async #elsewhere(suspects: readonly Batch[]): Promise<Offer | 'refused'> {
    const [lane, outbox] = [this.#lane, this.#outbox];
    while (this.#looked < 2 + MORE) {
      const step = this.#looked++;
      const [oldest] = suspects;
      if (step === 0) {
        if (oldest !== undefined && this.#inARow === 0) return { batch: oldest, as: 'suspect' };
        continue;
      }
      // What is in batches already, halves among it, is reached in order only.
      const inOrder = step > 1 && suspects.length <= this.#maxBatch;
      const from = step === 1 ? 'newest' : 'anywhere';
      const batch = inOrder ? await outbox.next(lane, this.#maxBatch) : await outbox.probe(lane, from);
      if (batch !== undefined) return { batch, as: inOrder ? 'next' : 'probe' };
    }
    return this.#giveUp();
  }

  #giveUp(): 'refused' {
    this.refusing = this.#why;
    this.interrupt();
    return 'refused';
  }
}
