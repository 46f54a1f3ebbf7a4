import type { TestContext } from 'node:test';
import { storeOperations } from '../../src/store/operations.ts';
import type { StoredRow } from '../../src/store/protocol.ts';
import { CLOSE_AFTER_MS } from '../../src/summaries/window.ts';
import { aRow, newFile, openTable, WINDOW_MS } from './a-store.ts';

export const START = Date.parse('2026-11-23T10:00:00Z');
const END = START + WINDOW_MS;
/** When the first window may be closed. */
export const LATER = END + CLOSE_AFTER_MS;

interface Item {
  sensor: string;
  window_start: string;
  [field: string]: unknown;
}

/** A database whose windows a test closes by hand. Instants are milliseconds after the start of the first window. */
export function openWindows(t: TestContext, file = newFile(t), windowMs = WINDOW_MS) {
  const { database } = openTable(t, file);
  const operations = storeOperations(database, windowMs);
  const take = (...rows: Partial<StoredRow>[]) =>
    operations.commit({ rows: rows.map((row) => aRow({ ...row, at: START + (row.at ?? 0) })), again: false });
  const close = (now = LATER, upstream = true) =>
    operations.closeWindows({ now, device: 'pi', units: { air: '°C' }, upstream });
  /** Everything that has been put into the outbox since the last look. */
  const sent = (): Item[] => {
    const batch = operations.nextBatch({ lane: 'summary', maxItems: 1000, device: 'pi' });
    if (batch === null) return [];
    operations.acknowledge({ batch: batch.id });
    return JSON.parse(batch.body).items;
  };
  const count = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  return { file, database, operations, take, close, sent, count };
}

/** Start in seconds behind {@link START}, size in seconds, revision, count and mean of each summary. */
export const essence = (items: Item[]) =>
  items.map(({ window_start, window_s, revision, count, mean }) => [
    (Date.parse(window_start) - START) / 1000,
    window_s,
    revision,
    count,
    mean,
  ]);
