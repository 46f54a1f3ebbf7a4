import { statSync } from 'node:fs';
import SQLite, { type Database } from 'better-sqlite3';
import { systemClock } from '../clock.ts';
import { assertDurable, openDatabase } from './database.ts';
import { BrokenDatabase, codeOf, isBroken } from './fault.ts';
import type { Recovery, WorkerOptions } from './protocol.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { setAside } from './set-aside.ts';

/** The service has to be up again within seconds; what takes longer to read stays in the file that was set aside. */
const SALVAGE_MS = 4000;
/** Where a slow card takes most of that for the new database, there is as much time to save something. */
const SALVAGE_AT_LEAST_MS = 2500;

type Place = Pick<WorkerOptions, 'file' | 'maxBytes' | 'windowMs'>;

export interface Opened {
  database: Database;
  /** What happened where the file was broken and a new one took its place. */
  recovery?: Recovery;
}

/**
 * Opens or makes the database. A broken one is set aside, and what can be read of it moves into a new one. Throws
 * StartError for a file that is not ours to use, and what SQLite says where the disk is at fault.
 */
export function openOrRecover(place: Place): Opened {
  try {
    refuseEmptied(place.file);
    return { database: openDatabase(place.file, place.maxBytes) };
  } catch (error) {
    if (!isBroken(codeOf(error))) throw error;
    return recover(place, (error as Error).message);
  }
}

/** Puts a new database in the place of a broken one, which nobody has open any more. */
export function recover({ file, maxBytes, windowMs }: Place, reason: string): Required<Opened> {
  const at = systemClock.now();
  const deadline = systemClock.monotonic() + SALVAGE_MS;
  const aside = setAside(file, at);
  const database = openDatabase(file, maxBytes);
  const end = Math.max(deadline, systemClock.monotonic() + SALVAGE_AT_LEAST_MS);
  const options = { windowMs, now: at, mayGoOn: () => systemClock.monotonic() < end };
  // One sync for all of it: a slow card would save a few thousand rows in the time. The log stays whole without.
  database.pragma('synchronous = NORMAL');
  const saved = salvaged(aside, database, options);
  database.pragma('synchronous = FULL');
  assertDurable(database);
  database.transaction(() => database.exec('UPDATE batch_count SET last = last'))(); // takes the log to the disk
  return { database, recovery: { at, file: aside, reason, ...saved } };
}

function salvaged(aside: string, into: Database, options: Parameters<typeof salvage>[2]): Salvaged {
  let from: Database | undefined;
  try {
    from = new SQLite(aside);
    // A broken index must not hide rows that are there.
    from.pragma('cell_size_check = ON');
    return salvage(from, into, options);
  } catch (error) {
    if (isBroken(codeOf(error))) return { items: 0, readings: 0 };
    throw error;
  } finally {
    from?.close();
  }
}

/** SQLite takes a file of no length for a new database, and throws the log beside it away. */
function refuseEmptied(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === 0) throw new BrokenDatabase('the file is empty');
}
