import SQLite, { type Database } from 'better-sqlite3';
import { StartError } from '../start-error.ts';
import { BrokenDatabase } from './fault.ts';
import { keepDatabase, type Migrated } from './kept-database.ts';
import { isNewer, migrate, NEWEST } from './migrations.ts';

/** Older versions can corrupt a database in WAL mode when two connections reset the log at once. */
const OLDEST_SQLITE = [3, 51, 3] as const;
const SYNCHRONOUS_FULL = 2;

export const PAGE_BYTES = 4096;
/** A second or two of reading from a slow card. */
const CHECKED_BYTES = 64 * 2 ** 20;
/** The library takes 16 MB unless it is told; what is read again is in the system's cache anyway. */
const CACHE_KIB = 2000;
/** The log grows to this share of the room before it is written into the database; more, larger writes wear a card less. */
const LOG_SHARE = 1 / 16;
const MAX_LOG_PAGES = 1000;

/** The same for the rows that gather beside the database before they are in it: a megabyte is some 250 commits. */
const ROWS_SHARE = 1 / 32;
const MAX_ROW_BLOCKS = 256;

/**
 * What the database and the two logs beside it may have, to stay within a number of bytes together: pages, and blocks of
 * the same size.
 */
export function roomFor(maxBytes: number): { databasePages: number; logPages: number; rowBlocks: number } {
  const pages = Math.floor(Math.min(maxBytes, 2 ** 43) / PAGE_BYTES);
  const logPages = Math.min(MAX_LOG_PAGES, Math.ceil(pages * LOG_SHARE));
  const rowBlocks = Math.min(MAX_ROW_BLOCKS, Math.ceil(pages * ROWS_SHARE));
  return { databasePages: pages - logPages - rowBlocks, logPages, rowBlocks };
}

/**
 * Opens the file, makes or updates its tables, and makes sure that a commit is on the card when it returns. On a full
 * card even DELETE fails; below a limit of its own SQLite keeps working, and the space is used again. `onMigrated` hears of
 * tables that were changed.
 */
export function openDatabase(
  file: string,
  maxBytes = Number.POSITIVE_INFINITY,
  onMigrated: (migrated: Migrated) => void = () => {},
): Database {
  let database: Database | undefined;
  try {
    const opened = new SQLite(file);
    database = opened;
    // WAL with NORMAL loses acknowledged rows at a power cut; the driver's own default in WAL mode is NORMAL.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${CACHE_KIB}`);
    const { databasePages, logPages } = roomFor(maxBytes);
    database.pragma(`max_page_count = ${databasePages}`);
    database.pragma(`wal_autocheckpoint = ${logPages}`);
    database.pragma(`journal_size_limit = ${logPages * PAGE_BYTES}`);
    assertDurable(database);
    refuseBroken(database);
    let migrated: Migrated | undefined;
    migrate(opened, (from) => {
      migrated = { from, to: NEWEST, ...keepDatabase(opened, from, maxBytes) };
    });
    if (migrated !== undefined) onMigrated(migrated);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof StartError) throw error;
    throw new StartError(`Cannot use the database ${file}: ${(error as Error).message}.`, 1, { cause: error });
  }
}

/**
 * Looks through every page of a small database; a large one takes too long for a start, and says where it is broken when
 * that page is read. A version from the future may be a broken page too.
 */
function refuseBroken(database: Database): void {
  if (databaseSize(database) > CHECKED_BYTES && !isNewer(database)) return;
  const verdict = database.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new BrokenDatabase(String(verdict).split('\n').at(-1));
}

/** Size of the database in bytes, without its log. */
export function databaseSize(database: Database): number {
  return allPages(database) * (database.pragma('page_size', { simple: true }) as number);
}

/** Pages of the database, without its log. */
export function allPages(database: Database): number {
  return database.pragma('page_count', { simple: true }) as number;
}

/** Pages that hold something: a deleted row's page stays in the file, and is used again. */
export function usedPages(database: Database): number {
  const free = database.pragma('freelist_count', { simple: true }) as number;
  return allPages(database) - free;
}

/** The same in bytes. */
export function usedSize(database: Database): number {
  return usedPages(database) * (database.pragma('page_size', { simple: true }) as number);
}

/** What a transaction that writes a few rows may take. */
const SPARE_PAGES = 16;

/** Throws where the database would not take a row: writes one over as it is, and syncs it. */
export function probeDatabase(database: Database): void {
  const most = database.pragma('max_page_count', { simple: true }) as number;
  if (most - usedPages(database) < SPARE_PAGES) {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }
  database.transaction(() => database.exec('UPDATE batch_count SET last = last'))();
}

/** Throws StartError when a commit on this connection could be lost at a power cut, or the library is too old. */
export function assertDurable(database: Database): void {
  const journal = database.pragma('journal_mode', { simple: true });
  if (journal !== 'wal') throw new StartError(`The database cannot use a write-ahead log here (it uses ${journal}).`);
  const synchronous = database.pragma('synchronous', { simple: true });
  if (synchronous !== SYNCHRONOUS_FULL) throw new StartError(`The database does not take synchronous=FULL.`);
  const version = database.prepare('SELECT sqlite_version()').pluck().get() as string;
  if (isOlder(version.split('.').map(Number), OLDEST_SQLITE)) {
    throw new StartError(`SQLite ${version} is too old: ${OLDEST_SQLITE.join('.')} or newer is needed.`);
  }
}

export function isOlder(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [index, part] of oldest.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}
