import type { Quality } from '../../schemas/sensors.ts';

/** What a series records: values of a sensor, or states of an output. */
export type SeriesKind = 'sensor' | 'output';

/** One row to be stored. `at` is wall time in milliseconds since 1970. */
export interface StoredRow {
  kind: SeriesKind;
  name: string;
  at: number;
  value: number | null;
  quality: Exclude<Quality, 'none'>;
  simulated: boolean;
}

export interface HistoryRequest {
  sensor: string;
  /** First millisecond of the range. */
  from: number;
  /** First millisecond behind the range. */
  to: number;
  order: 'asc' | 'desc';
  limit: number;
}

export type HistoryRow = Pick<StoredRow, 'at' | 'value' | 'quality' | 'simulated'>;

/** All good values of one instant. Output states are those that held at that time. */
export interface StoredSnapshot {
  at: number;
  values: Record<string, number | null>;
  outputs: Record<string, boolean>;
  simulated: boolean;
}

/** What the worker does for the main thread: the only talk between the two. */
export interface StoreOperations {
  /** Writes all rows in one transaction, on disk when it resolves. `again` marks a batch whose first fate is unknown. */
  commit(batch: { rows: StoredRow[]; again: boolean }): { sizeBytes: number };
  history(request: HistoryRequest): HistoryRow[];
  snapshots(request: { limit: number }): StoredSnapshot[];
  close(request: Record<string, never>): null;
}

export type Operation = keyof StoreOperations;

export interface Request<O extends Operation = Operation> {
  id: number;
  operation: O;
  argument: Parameters<StoreOperations[O]>[0];
}

export type Answer = { id: number; result: unknown } | { id: number; error: { message: string; code: string } };
