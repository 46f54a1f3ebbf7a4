import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HeadScanner } from './head-scanner.ts';

/** Read at once: more than the head of any usual request. */
const PIECE_BYTES = 4096;
/** A request and its body in so many pieces are taken in one turn. */
const PIECES_PER_TURN = 16;
/** What a handler has not read of a body: more of it stays in the kernel. */
const UNREAD_BODY_BYTES = 16 * 1024;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Bytes of its body that have not been handed over; Infinity where only its chunks tell. */
  bodyLeft: number;
}

/** Gives bytes of a socket to the HTTP parser. */
export type Parse = (bytes: Buffer) => void;

/**
 * Stands between a socket and the HTTP parser and hands over one request at a time. The parser dispatches every request
 * of what it is given, thousands in one read, before anything can hold it back.
 */
export class Connection {
  readonly socket: Socket;
  /** What limits count its address as. */
  readonly group: string;
  /** The request that is not answered: its handler runs, or the client has not taken the answer. */
  exchange: Exchange | undefined;
  /** Whether it has ever been answered. */
  hasAsked = false;
  readonly #parse: Parse;
  readonly #scanner = new HeadScanner();

  constructor(socket: Socket, group: string, parse: Parse) {
    this.socket = socket;
    this.group = group;
    this.#parse = parse;
  }

  /** Bytes that wait for the client to take them. */
  get waitingBytes(): number {
    return this.socket.writableLength;
  }

  /** The parser has found a request. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    this.exchange = { request, response, bodyLeft: lengthOf(request) };
  }

  /** The client has taken the answer, or is gone. */
  end(): void {
    this.exchange = undefined;
    this.hasAsked = true;
  }

  /** Whether bytes that have come can be handed over now. */
  get canTake(): boolean {
    if (!this.socket.writable) return true;
    if (this.exchange === undefined) return !this.socket.writableNeedDrain;
    const { request } = this.exchange;
    return !request.complete && request.readableLength < UNREAD_BODY_BYTES && !this.socket.writableNeedDrain;
  }

  /** Hands over what has come, up to the end of one request. */
  take(): void {
    for (let piece = 0; piece < PIECES_PER_TURN && this.canTake; piece++) {
      const bytes = this.#read();
      if (bytes === undefined) return;
      // Behind the last answer of a connection nothing is heard; unread, it would cost the client that answer.
      if (this.socket.writable) this.#parse(bytes);
    }
  }

  #read(): Buffer | undefined {
    const { socket, exchange } = this;
    const most = Math.min(PIECE_BYTES, exchange?.bodyLeft ?? PIECE_BYTES);
    // Without a number where all is taken: only so the end of the stream is told.
    const bytes: Buffer | null = socket.readableLength > most ? socket.read(most) : socket.read();
    if (bytes === null) return undefined;
    if (exchange !== undefined) this.#scanner.continue();
    const length = this.#scanner.scan(bytes);
    if (exchange !== undefined) exchange.bodyLeft -= length;
    if (length === bytes.length) return bytes;
    socket.unshift(bytes.subarray(length));
    return bytes.subarray(0, length);
  }
}

function lengthOf({ headers }: IncomingMessage): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Number.POSITIVE_INFINITY;
}
