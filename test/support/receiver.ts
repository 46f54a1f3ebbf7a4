import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

/** An item as it travels; docs/uplink-protocol.md describes every field. */
export interface Item {
  id: string;
  kind: 'summary' | 'alert' | 'gap';
  [field: string]: unknown;
}

export interface Summary extends Item {
  kind: 'summary';
  sensor: string;
  window_start: string;
  window_s: number;
  revision: number;
  count: number;
}

/** One request whose body was read. */
export interface Received {
  key: string;
  body: string;
  items: Item[];
  token: string | undefined;
}

/** What goes wrong with one request. The first six answer 200 where an answer comes through. */
export type Fault =
  | 'reply-lost' // stored, and the connection is destroyed instead of an answer
  | 'reply-truncated' // stored, and the answer breaks off
  | 'reset-in-body' // not stored: the connection is reset before the body is read
  | 'black-hole' // not stored: no answer, ever
  | 'huge-answer' // stored, and the answer never stops
  | 'slow-drip' // stored, and the answer comes a byte at a time and never ends
  | { status: number; headers?: Record<string, string>; body?: string };

type Judge = (request: Received) => Fault | undefined;

interface Options {
  /** Key and certificate, to listen with TLS. */
  https?: { key: string; cert: string };
  /** Port to come back to; any free one by default. */
  port?: number;
}

/**
 * The reference receiver. What is essential is in {@link store}: an item is known by its id, and one that comes again
 * changes nothing. Everything else is there to watch and to fail.
 */
export class Receiver {
  /** What has arrived, in order of arrival. */
  readonly items = new Map<string, Item>();
  readonly requests: Received[] = [];
  /** Items that came again. */
  duplicates = 0;
  /** Every request whose head arrived, also those that were cut off. */
  attempts = 0;
  /** Bytes of HTTP that arrived, over all connections. */
  bytesRead = 0;
  /** Idempotency keys under which different bodies came: always empty when the device keeps its promise. */
  readonly brokenKeys: string[] = [];
  /** Decides what goes wrong; nothing does by default. */
  judge: Judge = () => undefined;
  /** Cuts a request off before its body is read. */
  reset: () => boolean = () => false;

  readonly #app: FastifyInstance;
  readonly #scheme: string;
  readonly #owners = new Map<string, string>();
  readonly #bodies = new Map<string, string>();
  readonly #held = new Set<FastifyReply['raw']>();
  readonly #drips = new Set<NodeJS.Timeout>();

  private constructor({ https }: Options) {
    this.#scheme = https === undefined ? 'http' : 'https';
    this.#app = Fastify({ forceCloseConnections: true, https: https ?? null }) as unknown as FastifyInstance;
    this.#app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) =>
        (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(),
    );
    this.#app.addHook('onRequest', (request, _reply, next) => {
      this.attempts += 1;
      if (this.reset()) request.raw.socket.resetAndDestroy();
      else next();
    });
    this.#app.post('/ingest', (request, reply) => this.#take(request, reply));
    this.#app.server.on('connection', (socket) => {
      socket.on('close', () => (this.bytesRead += socket.bytesRead));
    });
  }

  static async start(t: Pick<TestContext, 'after'>, options: Options = {}): Promise<Receiver> {
    const receiver = new Receiver(options);
    await receiver.#app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
    t.after(() => receiver.close());
    return receiver;
  }

  get port(): number {
    return (this.#app.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://localhost:${this.port}/ingest`;
  }

  async close(): Promise<void> {
    for (const drip of this.#drips) clearInterval(drip);
    await this.#app.close();
  }

  /** Ends the requests that vanished in a black hole. */
  hangUp(): void {
    for (const { socket } of this.#held) socket?.destroy();
    this.#held.clear();
  }

  store(items: readonly Item[]): void {
    for (const item of items) {
      if (this.items.has(item.id)) this.duplicates += 1;
      else this.items.set(item.id, item);
    }
  }

  /** Per sensor the summaries that count: of each window the highest revision, oldest window first. */
  summariesBySensor(): Map<string, Summary[]> {
    const latest = new Map<string, Summary>();
    for (const item of this.items.values()) {
      if (item.kind !== 'summary') continue;
      const summary = item as Summary;
      const window = `${summary.sensor} ${summary.window_start} ${summary.window_s}`;
      if (summary.revision >= (latest.get(window)?.revision ?? 0)) latest.set(window, summary);
    }
    const inOrder = [...latest.values()].sort((a, b) => a.window_start.localeCompare(b.window_start));
    return Map.groupBy(inOrder, ({ sensor }) => sensor);
  }

  /** Readings that the summaries stand for, per sensor. */
  countsBySensor(): Map<string, number> {
    const sum = (summaries: readonly Summary[]) => summaries.reduce((total, { count }) => total + count, 0);
    return new Map([...this.summariesBySensor()].map(([sensor, summaries]) => [sensor, sum(summaries)]));
  }

  async #take(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const received = this.#read(request);
    const fault = this.judge(received);
    if (fault === 'black-hole') return this.#held.add(reply.hijack().raw);
    if (typeof fault === 'object' && (fault.status < 200 || fault.status > 299)) {
      return reply
        .code(fault.status)
        .headers(fault.headers ?? {})
        .send(fault.body ?? 'no');
    }
    if (!this.#isOwner(received))
      return reply.code(409).send({ code: 'device_uid_conflict', detail: 'not this machine' });
    this.store(received.items);
    if (typeof fault === 'string') return this.#breakAnswer(fault, reply.hijack());
    if (fault?.body !== undefined) return reply.code(fault.status).send(fault.body);
    return { stored: received.items.length };
  }

  /** Whether it is the machine that sent first under this name, as far as it says which one it is. */
  #isOwner({ body }: Received): boolean {
    const { device, device_uid: uid = this.#owners.get(device) } = JSON.parse(body);
    if (uid !== undefined && !this.#owners.has(device)) this.#owners.set(device, uid);
    return this.#owners.get(device) === uid;
  }

  #read(request: FastifyRequest): Received {
    const body = request.body as string;
    const key = String(request.headers['idempotency-key']);
    if ((this.#bodies.get(key) ?? body) !== body) this.brokenKeys.push(key);
    this.#bodies.set(key, body);
    const received = { key, body, items: JSON.parse(body).items, token: request.headers.authorization };
    this.requests.push(received);
    return received;
  }

  #breakAnswer(fault: Exclude<Fault, object>, { raw }: FastifyReply): void {
    if (fault === 'reply-lost') {
      raw.socket?.destroy();
      return;
    }
    raw.writeHead(200, { 'content-length': '1000000000' });
    if (fault === 'reply-truncated') raw.write('{"stored":', () => raw.socket?.destroy());
    if (fault === 'huge-answer') this.#drip(() => raw.write('x'.repeat(16 * 1024)));
    if (fault === 'slow-drip') this.#drip(() => raw.write('x'));
  }

  #drip(write: () => void): void {
    const timer = setInterval(write, 5);
    this.#drips.add(timer);
  }
}
