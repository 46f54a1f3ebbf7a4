import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Admission, type Caps } from '../../src/connections/admission.ts';
import { Connection, type Exchange } from '../../src/connections/connection.ts';

/** The server's end of a connection in memory: its client sends with `push`, and takes nothing of what is written. */
export class MemorySocket extends Duplex {
  readonly remoteAddress: string;
  /** What was given to it, with what waits. */
  bytesWritten = 0;

  constructor(remoteAddress: string) {
    super({ allowHalfOpen: true });
    this.remoteAddress = remoteAddress;
  }

  override _read(): void {}
  override _write(): void {} // the client takes nothing

  /** An answer that its client does not take. */
  answer(bytes: number): void {
    this.bytesWritten += bytes;
    this.write(Buffer.alloc(bytes));
  }
}

export const asSocket = (socket: Duplex) => socket as unknown as Socket;

/** A request whose answer has not begun. */
export const aRequest = () =>
  ({ request: { complete: true }, response: { headersSent: false }, bodyLeft: 0 }) as unknown as Exchange & {
    request: IncomingMessage;
    response: ServerResponse;
  };

/** Connections from addresses, as a server with such caps admits them. */
export function admitting(caps: Caps) {
  const admission = new Admission(caps);
  const enter = (address: string, parse: (bytes: Buffer) => void = () => {}) => {
    const socket = new MemorySocket(address);
    const place = admission.admit(asSocket(socket));
    if (place === undefined) return undefined;
    const connection = new Connection(asSocket(socket), place.group, parse);
    admission.enter(place.client, connection);
    socket.once('close', () => admission.leave(place.client, connection));
    return { socket, connection, client: place.client };
  };
  return { admission, enter };
}
