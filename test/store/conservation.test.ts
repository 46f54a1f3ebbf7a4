import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { StoreOperations } from '../../src/store/protocol.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY = 86_400_000;
const FAR = Date.parse('2030-01-01T00:00:00Z');
const BEGIN = Date.parse('2026-11-23T10:00:00Z');

/** What may happen to a device, in any order. */
type Event =
  | { kind: 'read'; count: number }
  | { kind: 'step'; ms: number }
  | { kind: 'close' }
  | { kind: 'restart'; reboot: boolean; windowMs: number }
  | { kind: 'synchronise' }
  | { kind: 'send' };

const event: fc.Arbitrary<Event> = fc.oneof(
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
);

/** A device on its real database, whose wall clock, starts and receiver a test plays. */
class Device {
  taken = 0;
  readonly received = new Map<string, { window_start: string; window_s: number; revision: number; count: number }>();
  #file: string;
  #database;
  #store: StoreOperations;
  #wall = BEGIN;
  #monotonic = 1000;
  #boot = 1;
  #run = { id: 0, offset: 0, trusted: false };
  #trusted = false;

  constructor(t: TestContext) {
    this.#file = join(temporaryFolder(t), 'edge.db');
    this.#database = openDatabase(this.#file);
    this.#store = storeOperations(this.#database, 300_000);
    this.#beginRun();
  }

  apply(next: Event): void {
    if (next.kind === 'read') this.#read(next.count);
    else if (next.kind === 'step') this.#wall += next.ms;
    else if (next.kind === 'close') this.#close(this.#wall);
    else if (next.kind === 'synchronise') this.#synchronise();
    else if (next.kind === 'send') this.#send();
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
    this.#store = storeOperations(this.#database, windowMs);
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
    if (this.#trusted) this.#store.closeWindows({ now, device: 'pi', units: {}, upstream: true });
  }

  #send(): void {
    for (;;) {
      const batch = this.#store.nextBatch({ lane: 'summary', maxItems: 10, device: 'pi' });
      if (batch === null) return;
      for (const item of JSON.parse(batch.body).items) this.received.set(item.id, item);
      this.#store.acknowledge({ batch: batch.id });
    }
  }
}

/** The last revision of every window. */
function windowsOf(received: Device['received']) {
  const windows = new Map<string, { start: number; end: number; revision: number; count: number }>();
  for (const { window_start, window_s, revision, count } of received.values()) {
    const key = `${window_start} ${window_s}`;
    const start = Date.parse(window_start);
    if ((windows.get(key)?.revision ?? -1) < revision)
      windows.set(key, { start, end: start + window_s * 1000, revision, count });
  }
  return [...windows.values()].sort((a, b) => a.start - b.start);
}

/** The wall clock goes back into a window that was closed with another size. */
const BACK_INTO_ANOTHER_SIZE: Event[] = [
  { kind: 'synchronise' },
  { kind: 'read', count: 5 },
  { kind: 'step', ms: 400_000 },
  { kind: 'close' },
  { kind: 'restart', reboot: false, windowMs: 60_000 },
  { kind: 'step', ms: -400_000 },
  { kind: 'read', count: 5 },
  { kind: 'step', ms: 400_000 },
  { kind: 'close' },
];

describe('whatever the clock, the power and the network do', () => {
  it('every reading is counted upstream exactly once, and no two windows share time', (t) => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(event, { minLength: 1, maxLength: 60 }), (inTime, events) => {
        const device = new Device(t);
        if (inTime) device.apply({ kind: 'synchronise' });
        for (const next of events) device.apply(next);
        device.settle();
        device.close();
        const windows = windowsOf(device.received);
        assert.equal(
          windows.reduce((sum, { count }) => sum + count, 0),
          device.taken,
        );
        for (const [index, { start }] of windows.entries())
          assert.ok(start >= (windows[index - 1]?.end ?? Number.NEGATIVE_INFINITY));
      }),
      { numRuns: 150, examples: [[false, BACK_INTO_ANOTHER_SIZE]] },
    );
  });
});
