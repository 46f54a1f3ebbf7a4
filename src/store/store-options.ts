import type { Clock } from '../clock.ts';
import type { SmallFile } from '../write-once.ts';
import type { Migrated } from './kept-database.ts';
import type { Recovery } from './protocol.ts';
import type { Publishing } from './records.ts';

/** What the worker is started with. */
export interface WorkerOptions {
  /** The database; made when it does not exist. */
  file: string;
  /** Size of the windows that readings are summarised in. */
  windowMs: number;
  /** What the database and its log may take on the card. */
  maxBytes: number;
  /** Has to lie on the card before a database is made, which is not made otherwise. */
  before?: SmallFile | undefined;
}

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
