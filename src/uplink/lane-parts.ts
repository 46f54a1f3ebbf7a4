import type { Clock } from '../clock.ts';
import type { Sender, Sent } from './client.ts';
import type { Batch, Outbox } from './outbox.ts';
import type { Pace } from './pace.ts';

/** What both lanes share. */
export interface Shared {
  outbox: Outbox;
  sender: Sender;
  pace: Pace;
  clock: Clock;
  /** Numbers from 0 up to 1. */
  random: () => number;
  maxBatch: number;
  /** Milliseconds for which summaries gather behind a sending. */
  gatherMs: number;
  /** Monotonic time before which nothing is sent, because the receiver does not know this device. */
  pausedUntil: () => number;
  listener: Listener;
}

/** What a lane tells. All of it is synchronous and must not throw. */
export interface Listener {
  onRequest(): void;
  onAnswer(batch: Batch, sent: Sent): void;
  /** Everything that can be offered now was refused. */
  onRefusing(why: string): void;
  onOutboxError(why: string): void;
}
