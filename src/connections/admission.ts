import type { Socket } from 'node:net';
import { addressGroup } from './address-group.ts';
import { Client } from './client.ts';
import type { Connection } from './connection.ts';

/** As in the section `http` of the configuration. */
export interface Caps {
  max_connections_per_address: number;
  max_connections: number;
}

/**
 * Says who may connect. An address has its cap; and where all places are taken, one that has none yet gets the place of
 * the connection that is missed least, so that no crowd keeps anybody out.
 */
export class Admission {
  readonly #clients = new Map<string, Client>();
  readonly #caps: Caps;
  #total = 0;

  constructor(caps: Caps) {
    this.#caps = caps;
  }

  /** Every open connection. */
  *connections(): Generator<Connection> {
    for (const client of this.#clients.values()) yield* client.connections;
  }

  /** Returns whose the connection would be; undefined where there is no place for it. */
  admit(socket: Socket): { client: Client; group: string } | undefined {
    const group = addressGroup(socket.remoteAddress ?? '');
    const client = this.#clients.get(group) ?? new Client();
    if (client.connections.size >= this.#caps.max_connections_per_address) return undefined;
    if (this.#total >= this.#caps.max_connections) {
      if (client.connections.size > 0) return undefined;
      this.#evict();
    }
    return { client, group };
  }

  enter(client: Client, connection: Connection): void {
    this.#clients.set(connection.group, client);
    client.connections.add(connection);
    this.#total++;
  }

  leave(client: Client, connection: Connection): void {
    if (!client.connections.delete(connection)) return;
    if (client.connections.size === 0) this.#clients.delete(connection.group);
    this.#total--;
  }

  /** One that never asked, else one that waits for nothing, else any; of the address with the most; the oldest. */
  #evict(): void {
    let least: { client: Client; connection: Connection; worth: number } | undefined;
    for (const client of this.#clients.values()) {
      for (const connection of client.connections) {
        const worth = worthOf(connection);
        const [beside, most] = [client.connections.size, least?.client.connections.size ?? 0];
        if (least === undefined || worth < least.worth || (worth === least.worth && beside > most))
          least = { client, connection, worth };
      }
    }
    if (least === undefined) return;
    // Its place is free at once: it closes later, and more may come before that.
    this.leave(least.client, least.connection);
    least.connection.socket.destroy();
  }
}

function worthOf({ exchange, hasAsked }: Connection): number {
  if (exchange !== undefined) return 2;
  return hasAsked ? 1 : 0;
}
