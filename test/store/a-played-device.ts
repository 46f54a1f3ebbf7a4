import { join } from 'node:path';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { Batch, StoreOperations } from '../../src/store/protocol.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY = 86_400_000;
const FAR = Date.parse('2030-01-01T00:00:00Z');
const BEGIN = Date.parse('2026-11-23T10:00:00Z');

/** What may happen to a device, in any order. */
export type Event =
  | { kind: 'read'; count: number }
  | { kind: 'step'; ms: number }
  | { kind: 'close' }
  | { kind: 'restart'; reboot: boolean; windowMs: number }
  | { kind: 'synchronise' }
  | { kind: 'send' }
  | { kind: 'loseReply' }
  | { kind: 'retain'; steps: number; keepReadingsMs: number };

export const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 12 }) }) },
  fc.record({
    kind: fc.constant('step' as const),
    ms: fc.constantFrom(
      1000,
      -1000,
      61_000,
      -61_000,
      400_000,
      -400_000,
      400_000,
      -400_000,
      DAY,
      -DAY,
      14 * DAY,
      -14 * DAY,
    ),
  }),
  fc.constant({ kind: 'close' as const }),
  fc.record({
    kind: fc.constant('restart' as const),
    reboot: fc.boolean(),
    windowMs: fc.constantFrom(60_000, 300_000, 300_000, 3_600_000),
  }),
  fc.constant({ kind: 'synchronise' as const }),
  fc.constant({ kind: 'send' as const }),
  fc.constant({ kind: 'loseReply' as const }),
  fc.record({
    kind: fc.constant('retain' as const),
    steps: fc.constantFrom(1, 2, 3, 5, 100),
    keepReadingsMs: fc.constantFrom(0, 60_000, DAY, Number.POSITIVE_INFINITY),
  }),
);

/** A database that is always too large: every step of making room goes as far as it can. */
export const NO_ROOM = 1;
export const ROOM = Number.POSITIVE_INFINITY;
const UPSTREAM = { device: 'pi', units: {}, upstream: true };

interface Item {
  kind: 'summary' | 'gap';
  window_start: string;
  window_s: number;
  revision: number;
  count: number;
  mean: number;
}

/** A device on its real database, whose wall clock, starts and receiver a test plays. */
export class Device {
  taken = 0;
  readonly received = new Map<string, Item>();
  readonly #maxBytes: number;
  #file: string;
  #database;
  #store: StoreOperations;
  #wall = BEGIN;
  #monotonic = 1000;
  #boot = 1;
  #run = { id: 0, offset: 0, trusted: false };
  #trusted = false;

  constructor(t: TestContext, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#file = join(temporaryFolder(t), 'edge.db');
    this.#database = openDatabase(this.#file);
    this.#store = storeOperations(this.#database, 300_000, maxBytes);
    this.#beginRun();
  }

  apply(next: Event): void {
    if (next.kind === 'read') this.#read(next.count);
    else if (next.kind === 'step') this.#wall += next.ms;
    else if (next.kind === 'close') this.#close(this.#wall);
    else if (next.kind === 'synchronise') this.#synchronise();
    else if (next.kind === 'send') this.#send();
    else if (next.kind === 'loseReply') this.#deliver();
    else if (next.kind === 'retain') this.#retain(next);
    else this.#restart(next);
  }

  /** The network and the years come; everything has to arrive. */
  settle(): void {
    this.#wall = Math.max(this.#wall, FAR);
    this.#synchronise();
    this.#close(FAR + 400 * DAY);
    this.#send();
  }

  close(): void {
    this.#database.close();
  }

  #restart({ reboot, windowMs }: Extract<Event, { kind: 'restart' }>): void {
    this.#database.close();
    if (reboot) {
      this.#boot += 1;
      this.#monotonic = 0;
      this.#wall = 0; // no battery clock
    }
    this.#database = openDatabase(this.#file);
    this.#store = storeOperations(this.#database, windowMs, this.#maxBytes);
    this.#beginRun();
  }

  #beginRun(): void {
    this.#run = this.#store.beginRun({ boot: `boot ${this.#boot}`, wall: this.#wall, monotonic: this.#monotonic });
    this.#trusted = this.#run.trusted;
  }

  #read(count: number): void {
    const rows = Array.from({ length: count }, () => {
      this.#wall += 7000;
      this.#monotonic += 7000;
      const at = this.#trusted ? this.#wall : Math.round(this.#monotonic + this.#run.offset);
      const run = this.#trusted ? 0 : this.#run.id;
      this.taken += 1;
      return { kind: 'sensor', name: 'air', at, value: this.taken, quality: 'good', simulated: false, run } as const;
    });
    this.#store.commit({ rows, again: false });
  }

  #synchronise(): void {
    this.#trusted = true;
    const offset = Math.round(this.#wall - this.#monotonic);
    while (this.#store.trustRun({ run: this.#run.id, offset, limit: 50 }) > 0);
  }

  #close(now: number): void {
    if (this.#trusted) this.#store.closeWindows({ now, ...UPSTREAM });
  }

  #retain({ steps, keepReadingsMs }: Extract<Event, { kind: 'retain' }>): void {
    const retaining = { now: this.#wall, ...UPSTREAM, keepReadingsMs: this.#trusted ? keepReadingsMs : ROOM };
    for (let step = 0; step < steps && this.#store.retain(retaining); step++);
  }

  #send(): void {
    for (let batch = this.#deliver(); batch !== null; batch = this.#deliver())
      this.#store.acknowledge({ batch: batch.id });
  }

  #deliver(): Batch | null {
    const batch = this.#store.nextBatch({ lane: 'summary', maxItems: 10, device: 'pi' });
    if (batch !== null) for (const item of JSON.parse(batch.body).items) this.received.set(item.id, item);
    return batch;
  }
}

export const itemsOf = (device: Device, kind: Item['kind']) =>
  [...device.received.values()].filter((item) => item.kind === kind);

/** The last revision of every window. */
export function windowsOf(device: Device) {
  const windows = new Map<string, Item & { start: number; end: number }>();
  for (const item of itemsOf(device, 'summary')) {
    const key = `${item.window_start} ${item.window_s}`;
    const start = Date.parse(item.window_start);
    if ((windows.get(key)?.revision ?? -1) < item.revision)
      windows.set(key, { ...item, start, end: start + item.window_s * 1000 });
  }
  return [...windows.values()].sort((a, b) => a.start - b.start);
}
