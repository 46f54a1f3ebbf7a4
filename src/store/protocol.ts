import type { Quality } from '../../schemas/sensors.ts';
import type { Statistics } from '../summaries/statistics.ts';
import type { Window } from '../summaries/window.ts';
import type { OutboxOperations } from './outbox-protocol.ts';
import type { Publishing, RecordOperations } from './records.ts';

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
  /** The run whose clock was not trusted yet when the row was taken; 0 where `at` is to be trusted. */
  run: number;
}

/** Of rows that were taken while the database could not be asked for the number of their run. They are not stored yet. */
export const UNKNOWN_RUN = -1;

/** Good readings of a sensor that were given up before they could be written. Times are those of their rows. */
export interface Lost {
  sensor: string;
  run: number;
  from: number;
  to: number;
  count: number;
}

export interface RowRange {
  /** First millisecond of the range. */
  from: number;
  /** First millisecond behind the range. */
  to: number;
  order: 'asc' | 'desc';
  limit: number;
}

export type HistoryRequest = RowRange & { sensor: string };

export type HistoryRow = Pick<StoredRow, 'at' | 'value' | 'quality' | 'simulated'>;

/** One page of rows, written as the list of `SensorReading` that it is answered with. */
export interface HistoryPage {
  count: number;
  json: string;
  /** Instant of the last row where more rows follow. */
  last: number | null;
}

/** All good values of one instant. Output states are those that held at that time. */
export interface StoredSnapshot {
  at: number;
  values: Record<string, number | null>;
  outputs: Record<string, boolean>;
  simulated: boolean;
}

/** Where pages of summaries begin and end: a merged hour and the first window in it differ in size only. */
export interface SummaryRequest {
  sensor: string;
  /** Both excluded. */
  after: Window;
  before: Window;
  order: 'asc' | 'desc';
  limit: number;
}

export interface StoredSummary {
  window: Window;
  revision: number;
  values: Statistics;
}

/** A life of the process whose clock is not trusted yet. */
export interface Run {
  id: number;
  /** Assumed difference of wall time and monotonic time in milliseconds. */
  offset: number;
  /** True where an earlier run since the machine's start has met the trusted time. */
  trusted: boolean;
}

/** A broken database that was set aside. */
export interface Recovery {
  /** Wall time, whatever it was worth then. */
  at: number;
  /** Where it lies now. */
  file: string;
  reason: string;
  /** Items for upstream and readings that came over into the new one. */
  items: number;
  readings: number;
}

/** The database behind a commit. */
export interface Usage {
  sizeBytes: number;
  /** Less what is free inside of it. */
  usedBytes: number;
  /** Readings that will never be sent, since the database was made; those without a time, that no gap tells of yet. */
  droppedReadings: number;
  droppedUntold: number;
  /** False where the rows are in the log beside the database, which says nothing about the database itself. */
  inDatabase: boolean;
}

export interface Commit {
  rows: StoredRow[];
  /** Marks a batch whose first fate is unknown. */
  again: boolean;
  /** Readings that were given up: counted, and told those whom it concerns. */
  lost?: { readings: Lost[]; publishing: Publishing };
}

/** What a look at the disk writes. What failed in the database itself is seen well only there. */
export type Writing = 'nothing' | 'block' | 'row';

/** What the worker does for the main thread: the only talk between the two. */
export interface StoreOperations extends RecordOperations, OutboxOperations {
  /** Throws where the disk would not take a row: looks, or writes a block of its own, or into the database. */
  probe(request: { write: Writing }): void;
  /** Bytes that the database and its log may have, by their limit and by what is free on the disk. */
  room(request: Record<string, never>): number;
  /** All rows are on disk when it resolves. */
  commit(batch: Commit): Usage;
  history(request: HistoryRequest): HistoryPage;
  snapshots(request: { limit: number }): StoredSnapshot[];
  summaries(request: SummaryRequest): StoredSummary[];
  /**
   * Closes the oldest windows that are over, and tells of readings that were given up and have their true time now;
   * answers how many, 0 when there are none left.
   */
  closeWindows(request: Closing): number;
  /** One small step of making room; false when there is none left to make. */
  retain(request: Retaining): boolean;
  /** `offset` where the clock runs on a guess already. */
  beginRun(request: { boot: string; wall: number; monotonic: number; offset?: number }): Run;
  /** Tells the true offset of a run; moves at most `limit` rows to their true time. Answers how many it moved. */
  trustRun(request: { run: number; offset: number; limit: number }): number;
  close(request: Record<string, never>): void;
}

/** What closing windows needs to know. */
export interface Closing extends Publishing {
  /** Unit by id of the sensor. */
  units: Record<string, string | null>;
}

export interface Retaining extends Closing {
  /** Raw rows older than this go when they are summarised; Infinity where nobody knows the time. */
  keepReadingsMs: number;
}

export type Operation = keyof StoreOperations;
export type Argument<O extends Operation> = Parameters<StoreOperations[O]>[0];
export type Result<O extends Operation> = ReturnType<StoreOperations[O]>;
