import type { Connection } from './connection.ts';

/** Requests of one address that handlers may work on at once: more than a browser asks for. */
const MAX_HANDLED = 8;
/** Answers that one address has not taken; past it, what it asks next waits in its connections. */
const MAX_WAITING_BYTES = 2 ** 20;

/** All connections from what limits count as one address. */
export class Client {
  readonly connections = new Set<Connection>();
  /** Those that want a turn, in the order in which they asked. */
  readonly inLine = new Set<Connection>();
  /** Time that its requests have taken; see `Turns`. */
  usedMs = 0;

  /** Bytes of answers that it has not taken. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { waitingBytes } of this.connections) bytes += waitingBytes;
    return bytes;
  }

  /** The connection whose turn is next; undefined while none may go on. */
  get next(): Connection | undefined {
    const { mayBegin } = this;
    for (const connection of this.inLine) if (mayBegin || connection.exchange !== undefined) return connection;
    return undefined;
  }

  /** Whether another of its requests may begin. */
  get mayBegin(): boolean {
    let [handled, bytes] = [0, 0];
    for (const { exchange, waitingBytes } of this.connections) {
      // A stream that runs for hours is no work for the server: what counts is what no answer has begun to.
      if (exchange !== undefined && !exchange.response.headersSent) handled++;
      bytes += waitingBytes;
    }
    return handled < MAX_HANDLED && bytes < MAX_WAITING_BYTES;
  }
}
