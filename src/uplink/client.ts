import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { encode, problemIn, readAnswer } from './body.ts';
import { CONNECT_MS, openPool } from './connections.ts';
import { isDistrust, mayHaveLeft, NoAnswer, sentenceOf } from './failures.ts';
import type { Batch } from './outbox.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { partlyRefused } from './partly-refused.ts';

/** What a try to send came to, and the bytes of HTTP that left the device for it. */
export interface Sent {
  outcome: Outcome;
  bytes: number;
}

/** Sends one batch and never rejects; an aborted signal ends it early, as not acknowledged. */
export interface Sender {
  send(batch: Batch, signal: AbortSignal): Promise<Sent>;
}

interface Options {
  url: string;
  /** Goes into the Authorization header and nowhere else. */
  token?: string | undefined;
  timeoutMs: number;
  clock: Clock;
  /** Whether an answer may be that of a proxy instead of the receiver's. */
  maybeProxyAnswers?: boolean;
  /** Opens connections: before the first request, and anew when the receiver is not trusted. Straight to it by default. */
  open?: () => Promise<Dispatcher>;
}

interface Content {
  headers: Record<string, string>;
  body: Buffer;
  signal: AbortSignal;
}

const MAX_QUOTE = 200;

const ignored = () => {};

/** The way to the receiver: knows HTTP, and nothing of lanes, pace and retries. */
export class UplinkClient implements Sender {
  readonly #url: URL;
  readonly #where: string;
  readonly #token: string | undefined;
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  readonly #maybeProxyAnswers: boolean;
  readonly #open: () => Promise<Dispatcher>;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor({ url, token, timeoutMs, clock, open, maybeProxyAnswers = false }: Options) {
    this.#url = new URL(url);
    // A query or a user in the address may be a secret.
    this.#where = this.#url.origin + this.#url.pathname;
    this.#token = token;
    this.#deadlineMs = CONNECT_MS + 2 * timeoutMs;
    this.#clock = clock;
    this.#maybeProxyAnswers = maybeProxyAnswers;
    this.#open = open ?? (async () => openPool(url, timeoutMs));
  }

  async send(batch: Batch, signal: AbortSignal): Promise<Sent> {
    const { body, zipped } = await encode(batch.body);
    const headers = this.#headers(batch.key, zipped);
    const bytes = this.#headBytes(headers, body) + body.length;
    const deadline = new AbortController();
    const cancel = this.#clock.after(this.#deadlineMs, () =>
      deadline.abort(new NoAnswer('it did not finish its answer in time')),
    );
    try {
      const request = { headers, body, signal: AbortSignal.any([signal, deadline.signal]) };
      const outcome = await this.#post(request, batch);
      return { outcome, bytes };
    } catch (error) {
      if (isDistrust(error)) this.#letGo()?.then((to) => to.close(), ignored);
      const outcome: Outcome = { kind: 'retry', why: sentenceOf(error, this.#where) };
      return { outcome, bytes: mayHaveLeft(error) ? bytes : 0 };
    } finally {
      cancel();
    }
  }

  /** Ends what is still in flight. */
  async close(): Promise<void> {
    await this.#letGo()?.then((to) => to.destroy(), ignored);
  }

  #connections(): Promise<Dispatcher> {
    this.#dispatcher ??= this.#open().catch((error) => {
      this.#dispatcher = undefined;
      throw error;
    });
    return this.#dispatcher;
  }

  /** The next request opens connections anew, by what is trusted then. */
  #letGo(): Promise<Dispatcher> | undefined {
    const dispatcher = this.#dispatcher;
    this.#dispatcher = undefined;
    return dispatcher;
  }

  async #post(content: Content, batch: Batch): Promise<Outcome> {
    const { signal } = content;
    const { origin, pathname, search } = this.#url;
    const request = { origin, path: pathname + search, method: 'POST', ...content } as const;
    // undici heeds the signal only once a connection stands.
    const answer = await Promise.race([this.#connections().then((to) => to.request(request)), aborted(signal)]);
    const text = await Promise.race([readAnswer(answer.body), aborted(signal)]);
    const { code, detail = text } = problemIn(text);
    const refused = partlyRefused(text, batch.body).map(({ id, reason }) => ({ id, reason: this.#quote(reason) }));
    const header = (name: string) => [answer.headers[name]].flat()[0];
    return outcomeOf(
      {
        status: answer.statusCode,
        maybeOfProxy: this.#maybeProxyAnswers,
        retryAfter: header('retry-after'),
        date: header('date'),
        location: this.#quote(header('location')),
        text: this.#quote(detail),
        code,
        refused,
        refusesAll: refused.length > 0 && refused.length === batch.items,
      },
      this.#where,
      this.#clock.now(),
    );
  }

  #headers(key: string, zipped: boolean): Record<string, string> {
    return {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(zipped && { 'content-encoding': 'gzip' }),
      ...(this.#token && { authorization: `Bearer ${this.#token}` }),
    };
  }

  /** Size of the lines that undici writes before the body. */
  #headBytes(headers: Record<string, string>, body: Buffer): number {
    const { host, pathname, search } = this.#url;
    const lines = [`POST ${pathname}${search} HTTP/1.1`, `host: ${host}`, 'connection: keep-alive'];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    return Buffer.byteLength(`${[...lines, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n`);
  }

  /** What the other side wrote, fit to be shown: an echoed token is not. */
  #quote(text = ''): string {
    const shown = this.#token ? text.replaceAll(this.#token, '…') : text;
    return shown
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim()
      .slice(0, MAX_QUOTE);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
