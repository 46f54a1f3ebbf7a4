import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../../src/store/database.ts';
import { recover } from '../../src/store/opening.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { Batch } from '../../src/store/outbox-protocol.ts';
import type { StoreOperations } from '../../src/store/protocol.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Event, ROOM } from './what-may-happen.ts';

const DAY = 86_400_000;
const FAR = Date.parse('2030-01-01T00:00:00Z');
const BEGIN = Date.parse('2026-11-23T10:00:00Z');

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
  readonly #file: string;
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
    this.#store = this.#open(this.#database, 300_000);
    this.#beginRun();
  }

  apply(next: Event): void {
    if (next.kind === 'read') this.#read(next.count);
    else if (next.kind === 'step') this.#wall += next.ms;
    else if (next.kind === 'close') this.#close(this.#wall);
    else if (next.kind === 'synchronise') this.#synchronise();
    else if (next.kind === 'send') this.#send(next.batches);
    else if (next.kind === 'refuse') this.#refuse(next.batches);
    else if (next.kind === 'visit') this.#visit(next);
    else if (next.kind === 'loseReply') this.#deliver();
    else if (next.kind === 'retain') this.#retain(next);
    else if (next.kind === 'salvage') this.#salvage(next.windowMs);
    else this.#restart(next);
  }

  /** The network and the years come; everything has to arrive. */
  settle(): void {
    this.#wall = Math.max(this.#wall, FAR);
    this.#synchronise();
    this.#close(FAR + 400 * DAY);
    this.#send();
  }

  /** Readings that items which are set aside stand for. */
  setAside(): number {
    const sum = 'SELECT coalesce(sum(readings), 0) FROM outbox WHERE refused IS NOT NULL';
    return this.#database.prepare<[], number>(sum).pluck().get() ?? 0;
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
    this.#store = this.#open(this.#database, windowMs);
    this.#beginRun();
  }

  #salvage(windowMs: number): void {
    this.#database.close();
    const maxBytes = Number.POSITIVE_INFINITY;
    this.#database = recover({ file: this.#file, maxBytes }, 'a test').database;
    this.#store = this.#open(this.#database, windowMs);
    this.#beginRun();
  }

  #open(database: Database, windowMs: number): StoreOperations {
    database.pragma('synchronous = OFF'); // the card is not what is asked about
    return storeOperations(database, windowMs, this.#maxBytes);
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
    while (this.#trusted && this.#store.closeWindows({ now, ...UPSTREAM }) > 0);
  }

  #retain({ steps, keepReadingsMs }: Extract<Event, { kind: 'retain' }>): void {
    const retaining = { now: this.#wall, ...UPSTREAM, keepReadingsMs: this.#trusted ? keepReadingsMs : ROOM };
    for (let step = 0; step < steps && this.#store.retain(retaining); step++);
  }

  /** The clock is set, readings are taken, and time is late again. */
  #visit({ second, count }: Extract<Event, { kind: 'visit' }>): void {
    this.#wall = BEGIN + second * 1000;
    this.#read(count);
    this.#wall = BEGIN + DAY;
  }

  #send(batches = Number.POSITIVE_INFINITY): void {
    const maxItems = batches < 9 ? 2 : 10;
    for (let sent = 0; sent < batches; sent++) {
      const batch = this.#deliver(maxItems);
      if (batch === null) return;
      this.#store.acknowledge({ batch: batch.id });
    }
  }

  /** The receiver takes nothing new for a while. What it has already it knows, and does not refuse. */
  #refuse(answers: number): void {
    for (let answer = 0; answer < answers; answer++) {
      const batch = this.#store.nextBatch({ lane: 'summary', maxItems: 2, device: 'pi' });
      if (batch === null) return;
      const items: { id: string }[] = JSON.parse(batch.body).items;
      if (items.every(({ id }) => this.received.has(id))) this.#store.acknowledge({ batch: batch.id });
      else if (items.length > 1) this.#store.splitBatch({ batch: batch.id });
      else this.#store.setAside({ batch: batch.id, reason: '422' });
    }
  }

  #deliver(maxItems = 2): Batch | null {
    const batch = this.#store.nextBatch({ lane: 'summary', maxItems, device: 'pi' });
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
