import { existsSync, statSync } from 'node:fs';
import SQLite, { type Database } from 'better-sqlite3';
import { systemClock } from '../clock.ts';
import { type SmallFile, writeOnce } from '../write-once.ts';
import { openDatabase } from './database.ts';
import { BrokenDatabase, codeOf, isBroken } from './fault.ts';
import type { Migrated } from './kept-database.ts';
import type { Recovery } from './protocol.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { finishTakingPlace, placeForNew, takePlace } from './set-aside.ts';
import type { WorkerOptions } from './store-options.ts';

/** The service has to be up again within seconds; what takes longer to read stays in the file that was set aside. */
const SALVAGE_MS = 4000;
/** Where a slow card takes most of that for the new database, there is as much time to save something. */
const SALVAGE_AT_LEAST_MS = 2500;

type Place = Pick<WorkerOptions, 'file' | 'maxBytes' | 'before'>;

export interface Opened {
  database: Database;
  /** What happened where the file was broken and a new one took its place. */
  recovery?: Recovery;
  /** What happened where its tables were those of an earlier release. */
  migrated?: Migrated;
}

/**
 * Opens or makes the database. What can be read of a broken one moves into a new one, which takes its place. Throws
 * StartError for a file that is not ours to use, and what SQLite says where the disk is at fault.
 */
export function openOrRecover(place: Place): Opened {
  const { file, maxBytes, before } = place;
  try {
    const aside = finishTakingPlace(file);
    if (before !== undefined && !existsSync(file)) keep(before);
    refuseEmptied(file);
    let migrated: Migrated | undefined;
    const database = openDatabase(file, maxBytes, (what) => {
      migrated = what;
    });
    const recovery = aside === undefined ? undefined : finished(database, aside);
    return { database, ...(recovery && { recovery }), ...(migrated && { migrated }) };
  } catch (error) {
    if (!isBroken(codeOf(error))) throw error;
    return recover(place, (error as Error).message);
  }
}

/**
 * Puts a new database in the place of a broken one, which nobody has open any more. The broken one keeps its name until
 * the new one is whole and on the disk: what is cut short before that starts over, and what cannot be saved for lack of
 * room lies in the broken one, while a new one without it serves.
 */
export function recover(place: Place, reason: string): Required<Omit<Opened, 'migrated'>> {
  const { file, maxBytes } = place;
  const at = systemClock.now();
  let saved: Salvaged;
  let why = reason;
  try {
    saved = fillNew(place, { now: at, forMs: SALVAGE_MS });
  } catch (error) {
    why = `${reason}; nothing could be saved from it: ${(error as Error).message}`;
    saved = fillNew(place, { now: at, forMs: 0 });
  }
  const aside = takePlace(file, at);
  return { database: openDatabase(file, maxBytes), recovery: { at, file: aside, reason: why, ...saved } };
}

/** Makes a new database beside a broken one, with what can be read of that; on the disk and closed when it returns. */
function fillNew({ file, maxBytes }: Place, { now, forMs }: { now: number; forMs: number }): Salvaged {
  const deadline = systemClock.monotonic() + forMs;
  let from: Database | undefined;
  const into = openDatabase(placeForNew(file), maxBytes);
  try {
    const end = forMs === 0 ? deadline : Math.max(deadline, systemClock.monotonic() + SALVAGE_AT_LEAST_MS);
    // One sync for all of it: a slow card would save a few thousand rows in the time. The log stays whole without.
    into.pragma('synchronous = NORMAL');
    from = new SQLite(file);
    // A broken index must not hide rows that are there.
    from.pragma('cell_size_check = ON');
    const saved = salvage(from, into, { now, mayGoOn: () => systemClock.monotonic() < end });
    into.pragma('wal_checkpoint(TRUNCATE)'); // all of it into the file, and that to the disk
    return saved;
  } finally {
    from?.close();
    into.close();
  }
}

/** Of a recovery that had everything done but to tell of it. */
function finished(database: Database, aside: string): Recovery {
  const count = (table: string) => database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  const reason = 'the process before this one ended while it put a new one in its place';
  return { at: systemClock.now(), file: aside, reason, items: count('outbox'), readings: count('reading') };
}

function keep(small: SmallFile): void {
  try {
    writeOnce(small);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** SQLite takes a file of no length for a new database, and throws the log beside it away. */
function refuseEmptied(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === 0) throw new BrokenDatabase('the file is empty');
}
