import type { Cancel, Clock } from '../../clock.ts';
import { HardwareError } from '../driver.ts';
import type { Child, StartChild } from './fork-child.ts';
import type { Level, Order, Report } from './protocol.ts';

interface Options {
  start: StartChild;
  clock: Pick<Clock, 'after'>;
  onEdge(pin: number, level: Level): void;
}

interface Waiting {
  resolve(level: Level | undefined): void;
  reject(error: HardwareError): void;
}

/** A Pi Zero under load takes some seconds for a new Node. */
const START_WITHIN_MS = 20_000;
const END_WITHIN_MS = 2000;

/** An order takes microseconds. A child that owes an answer at this many looks in a row hangs. */
const LOOK_EVERY_MS = 500;
const LOOKS = 6;

/**
 * The life of one child, from the fork to its end. A child that hangs is killed. Looks, and not one deadline: when the
 * server itself was busy for a while, the answers are read between the looks.
 */
export class Session {
  /** Resolves when orders can be given; rejects with HardwareError when the child ends before. */
  readonly ready: Promise<void>;
  /** Resolves with a phrase when the child has ended. Never rejects. */
  readonly ended: Promise<string>;
  readonly #child: Child;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #onEdge: Options['onEdge'];
  readonly #start = Promise.withResolvers<void>();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #looks = 0;
  #oldest = 0;
  #cancel: Cancel;
  #cause = '';
  #over: HardwareError | undefined;

  constructor({ start, clock, onEdge }: Options) {
    this.#clock = clock;
    this.#onEdge = onEdge;
    this.ready = this.#start.promise;
    this.ready.catch(() => {});
    const end = Promise.withResolvers<string>();
    this.ended = end.promise;
    this.#child = start({
      onReport: (report) => this.#hear(report),
      onEnd: (how, words) => end.resolve(this.#end(how, words)),
    });
    this.#cancel = clock.after(START_WITHIN_MS, () => this.kill(`it did not start within ${START_WITHIN_MS / 1000} s`));
  }

  /** The order is on its way when this returns; resolves when the child has carried it out, with the level of an input. */
  ask(order: Order): Promise<Level | undefined> {
    if (this.#over) return Promise.reject(this.#over);
    const { promise, resolve, reject } = Promise.withResolvers<Level | undefined>();
    this.#asked += 1;
    this.#waiting.set(this.#asked, { resolve, reject });
    this.#child.send({ ask: this.#asked, order });
    if (this.#waiting.size === 1) this.#look();
    return promise;
  }

  /** Ends the child when it has carried out all orders until now. */
  async end(): Promise<void> {
    this.#child.send({ end: true });
    const cancel = this.#clock.after(END_WITHIN_MS, () => this.kill('it did not end'));
    await this.ended;
    cancel();
  }

  /** Ends the child at once. */
  kill(cause: string): void {
    this.#cause ||= cause;
    this.#child.kill();
  }

  #hear(report: Report): void {
    if ('edge' in report) this.#onEdge(report.edge, report.level);
    else if ('answer' in report) this.#settle(report);
    else if ('failed' in report) this.#cause = report.failed;
    else {
      this.#cancel();
      this.#child.unref();
      this.#start.resolve();
    }
  }

  #settle(report: Extract<Report, { answer: number }>): void {
    const waiting = this.#waiting.get(report.answer);
    this.#waiting.delete(report.answer);
    if (this.#waiting.size === 0) this.#cancel();
    if ('refused' in report) waiting?.reject(new HardwareError(report.refused));
    else waiting?.resolve(report.level);
  }

  #look(): void {
    const [oldest = 0] = this.#waiting.keys();
    this.#looks = oldest === this.#oldest ? this.#looks + 1 : 1;
    this.#oldest = oldest;
    if (this.#looks > LOOKS) this.kill(`it did not answer for ${(LOOKS * LOOK_EVERY_MS) / 1000} s`);
    else this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  #end(how: string, words: string): string {
    this.#cancel();
    const why = [this.#cause || how, words].filter((part) => part !== '').join(': ');
    this.#over = new HardwareError(why);
    this.#start.reject(this.#over);
    for (const { reject } of this.#waiting.values()) reject(this.#over);
    this.#waiting.clear();
    return why;
  }
}
