import type { Clock } from '../clock.ts';
import type { Migrated } from './kept-database.ts';
import type { Recovery, WorkerOptions } from './protocol.ts';
import type { Publishing } from './records.ts';

export interface StoreOptions extends Omit<WorkerOptions, 'maxBytes'> {
  maxBytes?: number;
  commitEveryMs: number;
  clock: Clock;
  /** Who is told of readings that were given up. */
  publishing: () => Publishing;
  /** Hears of a broken database that was set aside: at the opening, or later. */
  onRecovered?: (recovery: Recovery) => void;
  /** Hears of tables that were changed to those of this release. */
  onMigrated?: (migrated: Migrated) => void;
}
