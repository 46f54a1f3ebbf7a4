import type { Cancel } from '../clock.ts';
import type { Shared } from './lane-parts.ts';
import { type Offer, Offers } from './offers.ts';
import type { Lane } from './outbox.ts';
import { Schedule } from './schedule.ts';

/** Sends what waits in one lane: one request at a time, the next one when the last one is settled. */
export class LaneLoop {
  readonly lane: Lane;
  /** A batch waits for its turn or for an answer. */
  sending = false;

  readonly #shared: Shared;
  /** The lane that finds out for this one, too, whether the receiver is back. */
  readonly #ahead: LaneLoop | undefined;
  readonly #schedule: Schedule;
  readonly #offers: Offers;
  readonly #end = new AbortController();
  #started = false;
  /** While a round runs, for its end: there may be more than it saw; somebody wants the next try at once. */
  #more = false;
  #hurry = false;
  /** The last try did not leave the device. */
  #isCutOff = false;
  /** How long the last refusal asked to wait. */
  #retryAfterMs: number | undefined;
  /** The receiver has answered, and the outbox did not take it: done before anything is sent again. */
  #unsettled: (() => Promise<void>) | undefined;
  #cancelTimer: Cancel = () => {};
  #running: Promise<void> | undefined;

  constructor(lane: Lane, shared: Shared, ahead?: LaneLoop) {
    this.lane = lane;
    this.#shared = shared;
    this.#ahead = ahead;
    this.#schedule = new Schedule(shared.clock, shared.random, lane === 'summary' ? shared.gatherMs : 0);
    this.#offers = new Offers(lane, shared.outbox, shared.maxBatch);
  }

  /** Why the receiver refuses, while it takes nothing of this lane; null otherwise. */
  get refusing(): string | null {
    return this.#offers.refusing;
  }

  /** Monotonic time of the first of the failures in a row. */
  get failingSince(): number | null {
    return this.#schedule.failingSince;
  }

  /** Monotonic time of the next look into the outbox. */
  get nextAt(): number {
    return Math.max(this.#schedule.nextAt, this.#shared.pausedUntil());
  }

  start(): void {
    this.#started = true;
    this.#arm();
  }

  /** Takes up nothing new; resolves when the running request is settled, or given up because `graceMs` are over. */
  async stop(graceMs: number): Promise<void> {
    this.#started = false;
    this.#cancelTimer();
    const cancelGrace = this.#shared.clock.after(graceMs, () => this.#end.abort());
    await this.#running;
    cancelGrace();
    this.#end.abort();
  }

  /**
   * There is a new item. An alert is tried at once, also while its lane backs off, and anything where all before it was
   * refused.
   */
  wake(): void {
    this.#more = true;
    if (this.lane === 'alert' || this.failingSince === null || this.refusing !== null) this.hurry();
  }

  /** Ends a wait that the receiver did not ask for. */
  hurry(): void {
    this.#hurry = true;
    this.#schedule.hurry();
    this.#arm();
  }

  /** Ends every wait. */
  forget(): void {
    this.#hurry = true;
    this.#offers.beginRound();
    this.#schedule.forget();
    this.#arm();
  }

  /** One batch, if one is due; while a round runs, the same round. */
  round(): Promise<void> {
    if (this.#end.signal.aborted) return Promise.resolve();
    this.#running ??= this.#round().finally(() => {
      this.#running = undefined;
      this.sending = false;
      this.#arm();
    });
    return this.#running;
  }

  async #round(): Promise<void> {
    const { pace, listener } = this.#shared;
    if (!this.#mayGo()) return;
    this.#more = this.#hurry = false;
    try {
      await this.#settle(this.#unsettled);
      const offer = await this.#offers.next();
      if (offer === 'nothing') return this.#rest();
      if (offer === 'refused') return this.#isRefused();
      if (await this.#staysBehind()) return;
      this.sending = true;
      // The other lane may have learned meanwhile that nothing is to be sent.
      if ((await pace.turn(this.lane)) && this.#mayGo()) await this.#send(offer);
    } catch (error) {
      this.#isCutOff = false;
      this.#offers.interrupt();
      this.#failed();
      listener.onOutboxError(`The store of what is to be sent fails: ${(error as Error).message}`);
    }
  }

  /**
   * While the lane ahead does not get through, it tries first: what it has is to arrive first when the receiver is back.
   * Answers whether there is nothing to try then. Where something left the device, its content may be what fails: that
   * holds nobody else up.
   */
  async #staysBehind(): Promise<boolean> {
    const ahead = this.#ahead;
    if (ahead === undefined || ahead.failingSince === null) return false;
    if (this.failingSince === null && !ahead.#isCutOff) return false;
    ahead.hurry();
    await ahead.round();
    if (ahead.failingSince === null || !ahead.#isCutOff) return !this.#mayGo();
    this.#failed();
    return true;
  }

  async #send(offer: Offer): Promise<void> {
    const { sender, listener } = this.#shared;
    const { batch } = offer;
    listener.onRequest();
    const sent = await sender.send(batch, this.#end.signal);
    const { outcome } = sent;
    this.#isCutOff = outcome.kind === 'retry' && sent.bytes === 0;
    const isLost = outcome.kind === 'retry' || outcome.kind === 'unauthorised';
    if (isLost && this.#end.signal.aborted) return; // not the receiver's fault
    const settlement = this.#offers.settle(offer, outcome);
    this.#retryAfterMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined;
    if (isLost) this.#failed(this.#retryAfterMs);
    else if (outcome.kind === 'accepted') this.#schedule.gotThrough();
    else this.#schedule.goOn();
    listener.onAnswer(batch, sent);
    await this.#settle(settlement);
  }

  #isRefused(): void {
    this.#schedule.refused(this.#retryAfterMs);
    if (this.#hurry) this.#schedule.hurry();
    this.#shared.listener.onRefusing(this.refusing ?? '');
  }

  async #settle(settle: (() => Promise<void>) | undefined): Promise<void> {
    this.#unsettled = settle;
    await settle?.();
    this.#unsettled = undefined;
  }

  #mayGo(): boolean {
    return this.nextAt <= this.#shared.clock.monotonic();
  }

  #rest(): void {
    this.#schedule.nothingToDo();
    if (this.#more) this.#schedule.hurry();
  }

  #failed(retryAfterMs?: number): void {
    this.#schedule.failed(retryAfterMs);
    if (this.#hurry) this.#schedule.hurry();
  }

  #arm(): void {
    this.#cancelTimer();
    if (!this.#started || this.#running !== undefined) return;
    const { clock } = this.#shared;
    this.#cancelTimer = clock.after(Math.max(0, this.nextAt - clock.monotonic()), () => void this.round());
  }
}
