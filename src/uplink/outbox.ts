import type { Batch, Lane } from '../store/protocol.ts';

export type { Batch, Lane };

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
