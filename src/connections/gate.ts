import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../clock.ts';
import { Admission, type Caps } from './admission.ts';
import type { Client } from './client.ts';
import { Connection, type Parse } from './connection.ts';
import { Turns } from './turns.ts';
import { UntakenAnswers } from './untaken-answers.ts';

const LOOK_EVERY_MS = 1000;

/** Stands between the network and an HTTP server, so that no client can ask for more than the device can spare. */
export class Gate {
  readonly #admission: Admission;
  readonly #answers = new UntakenAnswers();
  readonly #turns: Turns;
  readonly #clock: Clock;
  readonly #entered = new WeakMap<Socket, { client: Client; connection: Connection }>();
  #cancel: Cancel = () => {};

  constructor(caps: Caps, clock: Clock) {
    this.#admission = new Admission(caps);
    this.#turns = new Turns(clock);
    this.#clock = clock;
  }

  /** To be called before the server listens. */
  guard(server: Server): void {
    server.on('connection', (socket: Socket) => this.#enter(socket));
    server.prependListener('request', (request, response) => this.#begin(request, response));
    server.once('listening', () => this.#look());
    server.once('close', () => this.#cancel());
  }

  /** Sockets that are open. */
  *sockets(): Generator<Socket> {
    for (const { socket } of this.#admission.connections()) yield socket;
  }

  #enter(socket: Socket): void {
    const place = this.#admission.admit(socket);
    if (place === undefined) {
      socket.destroy();
      return;
    }
    const { client, group } = place;
    const connection = new Connection(socket, group, takeOver(socket));
    this.#admission.enter(client, connection);
    this.#entered.set(socket, { client, connection });
    const ask = () => this.#turns.ask(client, connection);
    // `resume` is how the server says that the handler wants more of a body.
    socket.on('readable', ask).on('drain', ask).on('resume', ask);
    socket.once('close', () => {
      this.#admission.leave(client, connection);
      this.#turns.leave(client, connection);
      this.#answers.delete(connection);
      this.#turns.proceed();
    });
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const entered = this.#entered.get(request.socket);
    if (entered === undefined) return;
    const { client, connection } = entered;
    connection.begin(request, response);
    this.#answers.add(connection);
    this.#answers.makeRoom();
    response.once('close', () => {
      connection.end();
      this.#answers.delete(connection);
      this.#turns.ask(client, connection);
      this.#turns.proceed();
    });
  }

  #look(): void {
    this.#answers.closeSlow(this.#clock.monotonic());
    this.#turns.proceed();
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }
}

/**
 * Takes the bytes of a socket away from Node's server and returns how to give them to it. By itself the server reads
 * 64 KiB at a time and dispatches every request in them.
 */
function takeOver(socket: Socket): Parse {
  const [parse] = socket.listeners('data');
  if (parse === undefined) throw new Error("Node's HTTP server does not listen to its sockets any more");
  socket.off('data', parse as Parse);
  return parse as Parse;
}
