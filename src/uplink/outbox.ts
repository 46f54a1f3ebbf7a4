/** Alerts travel in a lane of their own, so that no backlog of summaries stands in front of them. */
export type Lane = 'alert' | 'summary';

/** Some items that travel together. It keeps its items and its bytes until it is settled, also over a restart. */
export interface Batch {
  readonly id: number;
  readonly lane: Lane;
  readonly items: number;
  /** Idempotency-Key: derived from the content, SHA-256 in hexadecimal. The same key never has another body. */
  readonly key: string;
  /** The exact JSON to send. */
  readonly body: string;
  /** Readings that the items stand for. */
  readonly readings: number;
}

/**
 * What waits to be sent. Each of the three ways to settle a batch is one transaction, and does nothing when the batch
 * is settled already: it is asked again when its answer was lost.
 */
export interface Outbox {
  /** Per sensor oldest first; the same batch again until it is settled. */
  next(lane: Lane, maxItems: number): Promise<Batch | undefined>;
  acknowledge(batch: Batch): Promise<void>;
  /** Makes two batches of half the items each, in order. */
  split(batch: Batch): Promise<void>;
  /** Takes a batch of one item, which the receiver refuses, out of the way and keeps it with the reason. */
  setAside(batch: Batch, reason: string): Promise<void>;
}
