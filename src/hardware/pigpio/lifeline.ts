import type { Cancel, Clock } from '../../clock.ts';
import { HardwareError } from '../driver.ts';
import type { StartChild } from './fork-child.ts';
import type { Level, Order } from './protocol.ts';
import { Session } from './session.ts';

interface Options {
  start: StartChild;
  clock: Clock;
}

interface Claim {
  /** The last order for the pin: what a new child is told. */
  order: Order;
  hear(level: Level): void;
}

type FaultListener = (fault: HardwareError | undefined) => void;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** A child that lived that long did not die of its birth: the next one is started at once again. */
const GOOD_LIFE_MS = 60_000;

/**
 * Keeps a child running for as long as the driver is open. When one dies, the outputs keep their levels; a new child is
 * given the last order of every pin before any new one. It is tried for ever: nobody else would bring the pins back.
 */
export class Lifeline {
  readonly #start: StartChild;
  readonly #clock: Clock;
  readonly #claims = new Map<number, Claim>();
  #session: Session | undefined;
  /** Why no order can be given now; undefined when one can. */
  #silence: string | undefined = 'is not open';
  #open = true;
  #pauseMs = FIRST_PAUSE_MS;
  #cancel: Cancel = () => {};
  #onFault: FaultListener = () => {};
  #fault: HardwareError | undefined;

  constructor({ start, clock }: Options) {
    this.#start = start;
    this.#clock = clock;
  }

  /** Starts the first child. Rejects with HardwareError where that fails; it is not tried again then. */
  async open(): Promise<void> {
    await this.#begin();
    this.#silence = undefined;
  }

  onFault(listener: FaultListener): void {
    this.#onFault = listener;
    if (this.#fault !== undefined) listener(this.#fault); // it may have come before there was somebody to hear of it
  }

  /** The first order for a pin; resolves when it is carried out, with the level of an input. `hear` gets every later one. */
  async claim(order: Order, hear: (level: Level) => void = () => {}): Promise<Level | undefined> {
    const { pin } = order;
    const session = this.#require(pin);
    // pigpio itself knows no owners.
    if (this.#claims.has(pin)) throw new HardwareError(`GPIO ${pin} is already taken by "pi-edge-api"`);
    this.#claims.set(pin, { order, hear });
    try {
      return await session.ask(order);
    } catch (error) {
      this.#claims.delete(pin);
      throw new HardwareError(`GPIO ${pin} cannot be claimed through pigpio: ${(error as Error).message}`);
    }
  }

  /** Another order for a claimed pin: on its way when this returns. Throws HardwareError where no child can take it. */
  order(order: Order): void {
    const session = this.#require(order.pin);
    const claim = this.#claims.get(order.pin);
    if (claim) claim.order = order;
    session.ask(order).catch((refusal: Error) => session.kill(`GPIO ${order.pin}: ${refusal.message}`));
  }

  /** Throws HardwareError where the state of the pin is not known. */
  requireSight(pin: number): void {
    this.#require(pin);
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#silence = 'is closed';
    this.#cancel();
    await this.#session?.end();
  }

  #require(pin: number): Session {
    if (this.#session && this.#silence === undefined) return this.#session;
    throw new HardwareError(`GPIO ${pin} is out of reach: pigpio ${this.#silence}`);
  }

  async #begin(): Promise<Session> {
    const bornAt = this.#clock.monotonic();
    const session = new Session({
      start: this.#start,
      clock: this.#clock,
      onEdge: (pin, level) => this.#claims.get(pin)?.hear(level),
    });
    this.#session = session;
    await session.ready;
    void session.ended.then((why) => {
      if (this.#clock.monotonic() - bornAt >= GOOD_LIFE_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#lose(why);
    });
    return session;
  }

  #lose(why: string): void {
    if (!this.#open) return;
    this.#silence = `ended (${why}) and is being started again`;
    this.#fault = new HardwareError(`pigpio ended (${why}): outputs keep their levels until it is started again`);
    this.#onFault(this.#fault);
    this.#cancel = this.#clock.after(this.#pauseMs, () => void this.#restart());
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  async #restart(): Promise<void> {
    let session: Session;
    try {
      session = await this.#begin();
    } catch (error) {
      this.#lose((error as Error).message);
      return;
    }
    try {
      for (const claim of this.#claims.values()) await this.#bringBack(session, claim);
    } catch (error) {
      session.kill((error as Error).message);
      return;
    }
    if (!this.#open) return;
    this.#silence = undefined;
    this.#fault = undefined;
    this.#onFault(undefined);
  }

  async #bringBack(session: Session, { order, hear }: Claim): Promise<void> {
    const level = await session.ask(order);
    if (level !== undefined) hear(level);
  }
}
