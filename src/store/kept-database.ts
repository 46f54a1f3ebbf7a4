import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { ROW_LOG, syncFolder } from './medium.ts';

/** Free on the disk beside a kept database, for everything else that lives there. */
const SPARE_BYTES = 32 * 2 ** 20;

/** What became of the database of before a change of its tables. */
export interface Migrated {
  from: number;
  to: number;
  /** Where the database of before lies; null where it was not kept. */
  kept: string | null;
  /** Why it was not kept. */
  why?: string;
}

/** One sentence for the log. */
export function describeMigration({ from, to, kept, why }: Migrated): string {
  const before = kept === null ? `was not kept for --rollback: ${why}` : `is kept for --rollback: ${kept}`;
  return `the tables of the database are of version ${to} now; the one with version ${from} ${before}`;
}

/** Where the database with tables of one version is kept. */
export const keptPath = (file: string, version: number) => `${file}.tables-${version}`;

/** What was in use before a roll-back. */
export const newerPath = (file: string) => `${file}.newer`;

/**
 * Copies the database and the log of rows beside it, before its tables change, so that the release before can have it
 * again. There is one at a time: those of earlier changes go first. Without the room for it the tables change all the
 * same: the readings to come are worth more than a way back.
 */
export function keepDatabase(database: Database, version: number, maxBytes: number): Pick<Migrated, 'kept' | 'why'> {
  const file = database.name;
  const kept = keptPath(file, version);
  const draft = `${kept}.new`;
  try {
    forgetKept(file);
    database.pragma('wal_checkpoint(TRUNCATE)'); // the file alone is all of it now
    const missing = missingRoom(file, maxBytes);
    if (missing > 0) return { kept: null, why: `the disk has ${Math.ceil(missing / 2 ** 20)} MB too little for it` };
    for (const [from, to] of [
      [file + ROW_LOG, kept + ROW_LOG],
      [file, draft],
    ] as const) {
      if (existsSync(from)) copyDurably(from, to);
    }
    renameSync(draft, kept); // whole or not at all
    syncFolder(dirname(file));
    return { kept };
  } catch (error) {
    for (const path of [draft, kept, kept + ROW_LOG]) rmSync(path, { force: true });
    return { kept: null, why: (error as Error).message };
  }
}

/** Bytes that are missing for a second database, beside what the first one may still grow by. */
function missingRoom(file: string, maxBytes: number): number {
  const { bavail, bsize } = statfsSync(dirname(file));
  const { size } = statSync(file);
  const growth = Number.isFinite(maxBytes) ? Math.max(0, maxBytes - size) : 0;
  return size + Math.max(SPARE_BYTES, growth) - bavail * bsize;
}

/** Shares the blocks where the file system can. */
function copyDurably(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const descriptor = openSync(to, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes every kept database, and what was in use before a roll-back. Returns how many files. */
export function forgetKept(file: string): number {
  const prefix = basename(file);
  const kept = readdirSync(dirname(file)).filter(
    (name) => name.startsWith(`${prefix}.tables-`) || name.startsWith(`${prefix}.newer`),
  );
  for (const name of kept) rmSync(join(dirname(file), name), { force: true });
  return kept.length;
}
