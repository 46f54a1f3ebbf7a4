import type { Recovery } from './protocol.ts';

/** How the store is, seen from the main thread. */
export interface StoreHealth {
  status: 'ok' | 'failing';
  lastError: string | null;
  pendingRows: number;
  droppedRows: number;
  lastCommitAt: number | null;
  sizeBytes: number | null;
  usedBytes: number | null;
  maxBytes: number;
  /** Readings that will never be sent; gaps say why. */
  droppedReadings: number;
  /** Of these, the ones that no gap tells of yet, because their true time is not known. */
  droppedUntold: number;
  /** The broken database that was set aside last since the start. */
  recovered: Recovery | null;
}
