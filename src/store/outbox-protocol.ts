/** A way upstream of its own: alerts never wait behind summaries. */
export type Lane = 'alert' | 'summary';

/** Items that go upstream together. It keeps its bytes until it is settled, also over a restart. */
export interface Batch {
  readonly id: number;
  readonly lane: Lane;
  readonly items: number;
  /** Idempotency-Key: derived from the body. */
  readonly key: string;
  /** The exact JSON to send. */
  readonly body: string;
  /** Readings that its items stand for. */
  readonly readings: number;
}

/** An item that the receiver refuses. */
export interface RefusedItem {
  id: string;
  reason: string;
}

/** Which of the items that wait is tried when the receiver refuses the oldest. */
export type ProbeFrom = 'newest' | 'anywhere';

/** What waits to be sent. */
export interface Backlog {
  items: number;
  bytes: number;
  readings: number;
  /** When the oldest waiting item was made. */
  oldestAt: number | null;
}

export interface OutboxState extends Backlog {
  /** The newest dead letters, and how many there are. */
  setAside: RefusedItem[];
  setAsideCount: number;
}

/** Under whose name a batch goes. */
export interface BatchSender {
  device: string;
  uid?: string | undefined;
}

/** The operations on what waits to be sent. */
export interface OutboxOperations {
  nextBatch(request: BatchSender & { lane: Lane; maxItems: number }): Batch | null;
  /** The suspects of a lane, each as a batch of its own, oldest first. */
  suspects(request: BatchSender & { lane: Lane }): Batch[];
  /** One item that is not the next one, as a batch of its own. */
  probeBatch(request: BatchSender & { lane: Lane; from: ProbeFrom }): Batch | null;
  /** Items that the receiver took the batch without are set aside. */
  acknowledge(request: { batch: number; refused?: readonly RefusedItem[] }): void;
  splitBatch(request: { batch: number }): void;
  hold(request: { batch: number; reason: string }): void;
  release(request: { batch: number }): void;
  setAside(request: { batch: number; reason: string }): void;
  /** Lets dead letters wait again, all where no ids are given; returns how many. */
  requeue(request: { ids?: readonly string[] }): number;
  /** The same for what is newest of each open alert. */
  requeueAlerts(request: Record<string, never>): number;
  outboxState(request: Record<string, never>): OutboxState;
}
