import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import SQLite, { type Database } from 'better-sqlite3';
import { forgetKept, keptPath, newerPath } from './kept-database.ts';
import { ROW_LOG, syncFolder } from './medium.ts';
import { versionOf } from './migrations.ts';
import { type Cost, costOf } from './roll-back-cost.ts';

/** What goes back: the release that is to run next. */
export interface Release {
  /** True where it does not know the tables of a database. */
  isNewer(database: Pick<Database, 'pragma'>): boolean;
}

export interface RolledBack extends Cost {
  /** Database that is in use again. */
  kept: string;
  /** Where the one lies that was in use until now. */
  newer: string;
}

/** There is no database that the release could use. */
export class NothingKept extends Error {
  override name = 'NothingKept';
}

/**
 * Puts the kept database in the place of one that a release does not know, and tells what is only in the newer one.
 * Undefined where the release knows the database as it is. Nobody may have it open. What a power cut leaves half done is
 * finished by the next call; at each moment there is a whole database under the name that a server opens.
 */
export function rollBack(file: string, release: Release): RolledBack | undefined {
  if (!existsSync(file)) return undefined;
  const newer = new SQLite(file);
  try {
    finishRows(file, versionOf(newer));
    if (!release.isNewer(newer)) return undefined;
    const kept = newestKnown(file, versionOf(newer), release);
    if (kept === undefined) throw new NothingKept(`no database that it knows is kept beside ${file}`);
    const cost = costOf(newer, kept);
    newer.pragma('wal_checkpoint(TRUNCATE)');
    newer.close();
    setAside(file);
    renameSync(kept, file);
    moveRows(kept, file);
    syncFolder(dirname(file));
    return { kept, newer: newerPath(file), ...cost };
  } finally {
    newer.close();
  }
}

/** Lets a release start with an empty database where it cannot have another one. Returns where the newer one lies. */
export function startEmpty(file: string): string {
  const newer = new SQLite(file);
  newer.pragma('wal_checkpoint(TRUNCATE)');
  newer.close();
  setAside(file);
  for (const path of [file + ROW_LOG, file]) rmSync(path, { force: true });
  syncFolder(dirname(file));
  return newerPath(file);
}

/** Removes what is kept for a release that needs it no more. Returns how many files. */
export function forgetIfKnown(file: string, release: Release): number {
  if (!existsSync(file)) return 0;
  const database = new SQLite(file);
  try {
    return release.isNewer(database) ? 0 : forgetKept(file);
  } finally {
    database.close();
  }
}

function newestKnown(file: string, version: number, release: Release): string | undefined {
  for (let older = version - 1; older > 0; older--) {
    const path = keptPath(file, older);
    if (existsSync(path) && !release.isNewer({ pragma: () => older })) return path;
  }
  return undefined;
}

/** A second name first, where the file system has them: the database is never without its own. */
function setAside(file: string): void {
  for (const end of ['', ROW_LOG]) {
    const aside = newerPath(file) + end;
    rmSync(aside, { force: true });
    if (!existsSync(file + end)) continue;
    try {
      linkSync(file + end, aside);
    } catch {
      renameSync(file + end, aside);
    }
  }
}

/** Of rows that wait beside a database only those go with it that are its own. */
function moveRows(kept: string, file: string): void {
  if (existsSync(kept + ROW_LOG)) renameSync(kept + ROW_LOG, file + ROW_LOG);
  else rmSync(file + ROW_LOG, { force: true });
}

function finishRows(file: string, version: number): void {
  const kept = keptPath(file, version);
  if (!existsSync(kept) && existsSync(kept + ROW_LOG)) renameSync(kept + ROW_LOG, file + ROW_LOG);
}
