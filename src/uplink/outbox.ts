import type { Batch, Lane, ProbeFrom, RefusedItem } from '../store/outbox-protocol.ts';

export type { Batch, Lane, ProbeFrom, RefusedItem };

/**
 * What waits to be sent. Each of the ways to settle a batch is one transaction, and does nothing when the batch is
 * settled already: it is asked again when its answer was lost.
 */
export interface Outbox {
  /** Per sensor oldest first, without suspects; the same batch again until it is settled. */
  next(lane: Lane, maxItems: number): Promise<Batch | undefined>;
  /** Batches of one item that were refused alone, oldest first. */
  suspects(lane: Lane): Promise<Batch[]>;
  /** A batch of one item from elsewhere in the lane; undefined where none waits outside of the batches there are. */
  probe(lane: Lane, from: ProbeFrom): Promise<Batch | undefined>;
  /** Forgets the items, but for those that the receiver took the batch without: these become dead letters. */
  acknowledge(batch: Batch, refused?: readonly RefusedItem[]): Promise<void>;
  /** Makes two batches of half the items each, in order. */
  split(batch: Batch): Promise<void>;
  /** Makes a suspect of a batch of one item. */
  hold(batch: Batch, reason: string): Promise<void>;
  /** The item of a probe waits as before. */
  release(batch: Batch): Promise<void>;
  /** Makes a dead letter of a batch of one item. */
  setAside(batch: Batch, reason: string): Promise<void>;
}
