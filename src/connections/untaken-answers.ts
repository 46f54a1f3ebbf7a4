import type { Connection } from './connection.ts';

/** Answers that no client has taken, of all together. Beside it stands at most one answer of each client. */
const MAX_BYTES = 8 * 2 ** 20;
/** A client takes an answer at this rate on average, over the time since it last had taken everything… */
const MIN_BYTES_PER_S = 8 * 1024;
/** … and has this long in any case: a phone that goes through a door. */
const PATIENCE_MS = 10_000;

interface Waiting {
  sinceMs: number;
  /** What the socket had been given until then. */
  fromBytes: number;
}

/** Bounds what clients have asked for and do not take: the memory of it, and the time. */
export class UntakenAnswers {
  readonly #unanswered = new Set<Connection>();
  readonly #waiting = new Map<Connection, Waiting>();

  add(connection: Connection): void {
    this.#unanswered.add(connection);
  }

  delete(connection: Connection): void {
    this.#unanswered.delete(connection);
    this.#waiting.delete(connection);
  }

  /** Closes connections until the answers of the others fit: those of the client with the most, the longest first. */
  makeRoom(): void {
    let total = 0;
    for (const { waitingBytes } of this.#unanswered) total += waitingBytes;
    while (total > MAX_BYTES) {
      const victim = this.#worst();
      if (victim === undefined) return;
      total -= victim.waitingBytes;
      this.#close(victim);
    }
  }

  /** Closes connections whose client takes its answer too slowly. To be called once in a second or so. */
  closeSlow(nowMs: number): void {
    for (const connection of this.#unanswered) {
      const { socket, waitingBytes } = connection;
      if (waitingBytes === 0) {
        this.#waiting.delete(connection);
        continue;
      }
      const waiting = this.#waiting.get(connection);
      const given = socket.bytesWritten; // with what waits
      if (waiting === undefined) this.#waiting.set(connection, { sinceMs: nowMs, fromBytes: given - waitingBytes });
      else if (isTooSlow(nowMs - waiting.sinceMs, given - waiting.fromBytes)) this.#close(connection);
    }
  }

  #worst(): Connection | undefined {
    const bytes = new Map<string, number>();
    for (const { group, waitingBytes } of this.#unanswered) bytes.set(group, (bytes.get(group) ?? 0) + waitingBytes);
    let worst: Connection | undefined;
    // In the order in which they were asked for: of two that are as bad, the older one.
    for (const connection of this.#unanswered) {
      if (connection.waitingBytes === 0) continue;
      if (worst === undefined || (bytes.get(connection.group) ?? 0) > (bytes.get(worst.group) ?? 0)) worst = connection;
    }
    return worst;
  }

  #close(connection: Connection): void {
    this.delete(connection);
    connection.socket.destroy();
  }
}

function isTooSlow(forMs: number, bytes: number): boolean {
  return forMs > PATIENCE_MS && bytes < (forMs / 1000) * MIN_BYTES_PER_S;
}
