import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Like the sockets of Node's HTTP server. */
const LIKE_HTTP = { allowHalfOpen: true, noDelay: true };

/** Listens on more addresses for one HTTP server: what comes there is its connection, under the same limits. */
export class OtherAddresses {
  readonly #server: HttpServer;
  readonly #listeners: Server[] = [];

  constructor(server: HttpServer) {
    this.#server = server;
  }

  /** On the port of the server, which listens already. */
  async add(host: string): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const listener = createServer(LIKE_HTTP, (socket) => this.#server.emit('connection', socket));
    listener.listen({ host, port });
    await once(listener, 'listening');
    this.#listeners.push(listener);
  }

  /** Nobody gets in any more; resolves when the last connection is closed. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  }
}
