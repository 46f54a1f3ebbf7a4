import type { TestContext } from 'node:test';
import type { Dispatcher, Pool } from 'undici';
import type { Clock } from '../../src/clock.ts';
import { type Sender, type Sent, UplinkClient } from '../../src/uplink/client.ts';
import { openPool } from '../../src/uplink/connections.ts';
import type { Batch } from '../../src/uplink/outbox.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryOutbox } from '../support/memory-outbox.ts';
import type { Item } from '../support/receiver.ts';

export const TOKEN = 'secret-token-0123456789';
/** Short, because these timeouts of undici pass in real time. */
export const TIMEOUT_MS = 100;

interface Options {
  clock?: Clock;
  connect?: Pool.Options['connect'];
  open?: () => Promise<Dispatcher>;
}

/** The production client against a real address. */
export function aClient(t: Pick<TestContext, 'after'>, url: string, options: Options = {}): UplinkClient {
  const { clock = new FakeClock(), connect = {}, open = async () => openPool(url, TIMEOUT_MS, connect) } = options;
  const client = new UplinkClient({ url, token: TOKEN, timeoutMs: TIMEOUT_MS, clock, open });
  t.after(() => client.close());
  return client;
}

export async function aBatch(...items: Item[]): Promise<Batch> {
  const outbox = new MemoryOutbox();
  outbox.add(...items);
  const lane = items[0]?.kind === 'alert' ? 'alert' : 'summary';
  const batch = await outbox.next(lane, items.length);
  if (batch === undefined) throw new Error('a batch has items');
  return batch;
}

export const noSignal = () => new AbortController().signal;

/** A sender that knows what is in flight, so that a test turns the clock only between requests. */
export class WatchedSender implements Sender {
  /** Starts of requests in fake time. */
  readonly times: number[] = [];

  readonly #sender: Sender;
  readonly #clock: FakeClock;
  readonly #inFlight = new Set<Promise<Sent>>();

  constructor(sender: Sender, clock: FakeClock) {
    this.#sender = sender;
    this.#clock = clock;
  }

  send(batch: Batch, signal: AbortSignal): Promise<Sent> {
    this.times.push(this.#clock.monotonic());
    const sent = this.#sender.send(batch, signal).finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
    return sent;
  }

  /** Lets fake time pass in small steps and real requests take their real time, until `done`. */
  async runUntil(done: () => boolean, stepMs = 100): Promise<void> {
    while (!done()) {
      if (this.#inFlight.size > 0) await Promise.race(this.#inFlight);
      else await this.#clock.advance(stepMs);
    }
  }
}
