import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { Summary } from '../support/receiver.ts';
import { aRow, newFile, WINDOW_MS } from './a-store.ts';

const BEGIN = Date.parse('2026-11-23T10:00:00Z');
const TWO_HOURS_S = 7200;
const UPSTREAM = { device: 'pi', units: {}, upstream: true };
export const ROOM = Number.POSITIVE_INFINITY;
/** Always too large, so that each step of making room does something. */
export const NO_ROOM = 1;

interface Reading {
  second: number;
  value: number;
  good: boolean;
}
export type Event =
  | { kind: 'commit'; readings: Reading[] }
  | { kind: 'close' | 'purge'; second: number }
  | { kind: 'makeRoom'; steps: number }
  | { kind: 'restart'; windowS: number }
  | { kind: 'send' };

/** Often in the first two windows, so that they are closed, purged and written to again. */
const second = fc.oneof(fc.integer({ min: 0, max: 599 }), fc.integer({ min: 0, max: TWO_HOURS_S - 1 }));
/** Any magnitude, and small steps on a large offset, where digits get lost. */
const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: 0, max: 1000 }).map((step) => 100_000 + step / 1000),
);
/** In any order of time. */
const readings = fc.array(fc.record({ second, value, good: fc.boolean() }), { minLength: 1, maxLength: 12 });
const kind = <K extends Event['kind']>(name: K) => fc.constant(name);

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('commit'), readings }) },
  fc.record({ kind: kind('close'), second: second.map((at) => at + 600) }),
  fc.record({ kind: kind('purge'), second }),
  fc.record({ kind: kind('makeRoom'), steps: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: kind('restart'), windowS: fc.constantFrom(300, 300, 20, 45, 80, 720, 3600) }),
  fc.record({ kind: kind('send') }),
);

export const lives = fc.array(event, { minLength: 1, maxLength: 40 });

/** Plays the events on a real database: what was taken, by the test's own list, and all items in order of arrival. */
export function play(t: TestContext, maxBytes: number, events: readonly Event[]) {
  const file = newFile(t);
  const open = (windowMs: number) => {
    const database = openDatabase(file);
    database.pragma('synchronous = OFF'); // the card is not what is asked about
    return { database, store: storeOperations(database, windowMs, maxBytes) };
  };
  let { database, store } = open(WINDOW_MS);
  const taken: { at: number; value: number }[] = [];
  const items: Summary[] = [];
  let instants = 0;
  const at = (seconds: number) => BEGIN + seconds * 1000;

  function commit(some: readonly Reading[]): void {
    const rows = some.map((reading) => {
      instants += 1; // no two of the same millisecond: the second one would stand behind the first
      const row = aRow({ at: at(reading.second) + (instants % 1000), value: reading.value });
      if (reading.good) taken.push({ at: row.at, value: reading.value });
      return reading.good ? row : { ...row, quality: 'out_of_range' as const };
    });
    store.commit({ rows, again: false });
  }
  const close = (seconds: number) => void store.closeWindows({ now: at(seconds), ...UPSTREAM });
  function retain(now: number, keepReadingsMs: number, steps: number): void {
    if (maxBytes === NO_ROOM) close(2 * TWO_HOURS_S); // a window that is open is no part of an hour, and comes beside it
    for (let step = 0; step < steps && store.retain({ now, ...UPSTREAM, keepReadingsMs }); step++);
  }
  function send(): void {
    for (;;) {
      const batch = store.nextBatch({ lane: 'summary', maxItems: 7, device: 'pi' });
      if (batch === null) return;
      items.push(...JSON.parse(batch.body).items);
      store.acknowledge({ batch: batch.id });
    }
  }

  for (const next of events) {
    if (next.kind === 'commit') commit(next.readings);
    else if (next.kind === 'close') close(next.second);
    else if (next.kind === 'purge') retain(at(next.second), 0, 10);
    else if (next.kind === 'makeRoom') retain(at(0), ROOM, next.steps);
    else if (next.kind === 'send') send();
    else if (next.kind === 'restart') {
      database.close();
      ({ database, store } = open(next.windowS * 1000));
    }
  }
  close(2 * TWO_HOURS_S);
  send();
  database.close();
  return { taken, items };
}
