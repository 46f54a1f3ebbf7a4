import type { Migrated } from './kept-database.ts';
import type { Argument, Operation, Recovery } from './protocol.ts';

/** What the main thread asks the worker. */
export interface Request<O extends Operation = Operation> {
  id: number;
  operation: O;
  argument: Argument<O>;
}

/** What the worker says by itself. */
export type Notice = { recovered: Recovery } | { migrated: Migrated };

export interface Fault {
  message: string;
  /** SQLite's, the system's, or WORKER_GONE. */
  code: string;
  /** True where the file is not ours to use, whatever becomes of the disk. */
  refused: boolean;
  /** Of the process, where it is refused. */
  exitCode?: number;
}

export type Answer = { id: number; result: unknown } | { id: number; error: Fault };
