import type { Sender, Sent } from '../../src/uplink/client.ts';
import type { Batch } from '../../src/uplink/outbox.ts';
import type { Outcome } from '../../src/uplink/outcome.ts';
import { Uploader } from '../../src/uplink/uploader.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryOutbox } from '../support/memory-outbox.ts';
import type { Item } from '../support/receiver.ts';

export const accepted: Outcome = { kind: 'accepted' };
export const unreachable: Outcome = { kind: 'retry', why: 'nobody is there' };
export const unauthorised: Outcome = { kind: 'unauthorised', why: 'the token is wrong' };
export const refused: Outcome = { kind: 'refused', why: 'this is nonsense' };
export const busyFor = (ms: number): Outcome => ({ kind: 'retry', why: 'too busy', retryAfterMs: ms });
/** The only answer for which nothing has left the device. */
export const cutOff: Outcome = { kind: 'retry', why: 'there is no network' };
/** A request that is never answered, until the process ends. */
export const hanging = new Promise<never>(() => {});

type Answer = Outcome | Promise<Outcome>;

export interface Request {
  /** Monotonic time of its start. */
  at: number;
  batch: Batch;
  ids: string[];
}

/** A receiver without a network: a test says what it answers. */
export class ScriptedSender implements Sender {
  readonly requests: Request[] = [];
  answer: (request: Request) => Answer = () => accepted;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get times(): number[] {
    return this.requests.map(({ at }) => at);
  }

  async send(batch: Batch, signal: AbortSignal): Promise<Sent> {
    const ids = JSON.parse(batch.body).items.map((item: Item) => item.id);
    const request = { at: this.#clock.monotonic(), batch, ids };
    this.requests.push(request);
    const givenUp = new Promise<Outcome>((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'retry', why: 'given up' }));
    });
    const outcome = await Promise.race([this.answer(request), givenUp]);
    return { outcome, bytes: outcome === cutOff ? 0 : batch.body.length };
  }
}

interface Options<S extends Sender> {
  maxBatch?: number;
  gatherMs?: number;
  /** Full waits by default, so that a test knows when the next try is. */
  random?: () => number;
  sender?: (clock: FakeClock) => S;
}

/** An uploader on a fake clock, with all that it touches. */
export function anUploader<S extends Sender = ScriptedSender>(options: Options<S> = {}) {
  const clock = new FakeClock();
  const outbox = new MemoryOutbox();
  const sender = (options.sender?.(clock) ?? new ScriptedSender(clock)) as S;
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const { maxBatch = 50, gatherMs = 0, random = () => 1 } = options;
  const log = { info: write, warn: write };
  const uploader = new Uploader({ outbox, sender, clock, random, maxBatch, gatherMs, log });
  return { uploader, outbox, sender, clock, lines };
}
