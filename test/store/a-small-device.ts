import { statSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { Lane } from '../../src/store/outbox-protocol.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aRow, newFile, WINDOW_MS } from './a-store.ts';

export const TWO_MB = 2 * 2 ** 20;
export const SIX_MB = 6 * 2 ** 20;
export const DAY_MS = 24 * HOUR_MS;
export const BEGIN = Date.parse('2026-11-23T10:00:00Z');
export const SENSORS = ['air', 'soil'];
export const UPSTREAM = { device: 'pi', units: {}, upstream: true };

export interface Item {
  kind: string;
  sensor: string;
  window_s?: number;
  count: number;
  mean: number;
}

/** A device that takes a reading of two sensors every minute, on a database with little room. */
export function aDevice(t: TestContext, maxBytes: number) {
  const file = newFile(t);
  const database = openDatabase(file, maxBytes);
  t.after(() => database.close());
  database.pragma('synchronous = OFF'); // the card is not what is asked about
  const operations = storeOperations(database, WINDOW_MS, maxBytes);
  const device = { now: BEGIN, taken: 0, peakBytes: 0, file, database, operations, live, retain, closeAll, send };

  function live(ms: number, keepReadingsMs = 7 * DAY_MS): void {
    for (const end = device.now + ms; device.now < end; ) {
      const minutes = Array.from({ length: 60 }, (_, minute) => device.now + minute * 60_000);
      const rows = minutes.flatMap((at) => SENSORS.map((name) => aRow({ name, at, value: (at / 60_000) % 97 })));
      operations.commit({ rows, again: false });
      device.taken += rows.length;
      device.now += HOUR_MS;
      while (operations.closeWindows({ now: device.now, ...UPSTREAM }) > 0);
      retain(keepReadingsMs);
      device.peakBytes = Math.max(device.peakBytes, statSync(file).size + statSync(`${file}-wal`).size);
    }
  }

  function retain(keepReadingsMs: number): void {
    while (operations.retain({ now: device.now, ...UPSTREAM, keepReadingsMs }));
  }

  function closeAll(): void {
    device.now += HOUR_MS;
    while (operations.closeWindows({ now: device.now, ...UPSTREAM }) > 0);
  }

  function send(lane: Lane = 'summary'): Item[] {
    const items: Item[] = [];
    for (;;) {
      const batch = operations.nextBatch({ lane, maxItems: 50, device: 'pi' });
      if (batch === null) return items;
      items.push(...JSON.parse(batch.body).items);
      operations.acknowledge({ batch: batch.id });
    }
  }

  return device;
}

export const countOf = (items: Item[], kind: string) =>
  items.filter((item) => item.kind === kind).reduce((sum, { count }) => sum + count, 0);
