import type { Clock } from '../clock.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';

/** Requests may take this long of one turn of the event loop; then timers run, and with them rounds, rules and pulses. */
const SHARE_MS = 4;

/**
 * Spreads requests over turns of the event loop. Within its share a request is handled at once; past it, each turn
 * takes one, of the client that has used the least time: whoever asks seldom waits for one request of somebody else.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #inLine = new Set<Client>();
  /** What the client that was chosen last has used: nobody saves up for later by asking for nothing. */
  #now = 0;
  #endsAt: number | undefined;
  #isScheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has come on a connection: it is handed over now, or when its turn comes. */
  ask(client: Client, connection: Connection): void {
    if (!connection.canTake) return;
    const isNext = this.#inLine.size === 0 && (connection.exchange !== undefined || client.mayBegin);
    if (isNext && this.#isTimeLeft()) this.#take(client, connection);
    else this.#queue(client, connection);
  }

  /** A connection wants no turn any more. */
  leave(client: Client, connection: Connection): void {
    client.inLine.delete(connection);
    if (client.inLine.size === 0) this.#inLine.delete(client);
  }

  /** Something was answered: what waited for that may go on. */
  proceed(): void {
    this.#schedule();
  }

  #isTimeLeft(): boolean {
    const now = this.#clock.monotonic();
    if (this.#endsAt !== undefined) return now < this.#endsAt;
    this.#endsAt = now + SHARE_MS;
    setImmediate(() => {
      this.#endsAt = undefined;
    });
    return true;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inLine.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#takeOne();
    });
  }

  #takeOne(): void {
    const [client, connection] = this.#next();
    if (client === undefined || connection === undefined) return; // all have to take answers first: see proceed
    this.leave(client, connection);
    this.#now = client.usedMs;
    const begin = this.#clock.monotonic();
    this.#take(client, connection);
    // What the handler goes on to do in this turn is counted with it.
    setImmediate(() => {
      client.usedMs += this.#clock.monotonic() - begin;
    });
    this.#schedule();
  }

  #take(client: Client, connection: Connection): void {
    connection.take();
    if (connection.socket.readableLength > 0 && connection.canTake) this.#queue(client, connection);
  }

  #queue(client: Client, connection: Connection): void {
    if (client.inLine.size === 0) client.usedMs = Math.max(client.usedMs, this.#now);
    client.inLine.add(connection);
    this.#inLine.add(client);
    this.#schedule();
  }

  #next(): [Client?, Connection?] {
    let best: [Client?, Connection?] = [];
    for (const client of this.#inLine) {
      if (best[0] !== undefined && best[0].usedMs <= client.usedMs) continue;
      const { next } = client;
      if (next !== undefined) best = [client, next];
    }
    return best;
  }
}
