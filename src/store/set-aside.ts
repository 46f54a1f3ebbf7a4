import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './medium.ts';

/** What lies beside a database: its log, which belongs to it, and the index of the log, which is made again. */
const LOG = '-wal';
const LOG_INDEX = '-shm';

/** Where the database is made that is to take the place of a broken one. */
const NEW = '.new';

/**
 * Answers the path for a new database, with nothing there. Of those that were set aside before only the one to come is
 * kept: broken files must not fill the card.
 */
export function placeForNew(file: string): string {
  for (const path of allSetAside(file)) rmSync(path);
  const fresh = file + NEW;
  for (const path of [fresh, fresh + LOG, fresh + LOG_INDEX]) rmSync(path, { force: true });
  return fresh;
}

/**
 * Puts the new database, which is whole and closed, in the place of the broken one, and gives that one and its log another
 * name, with the time in it. Answers the broken one's path.
 */
export function takePlace(file: string, at: number): string {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  renameSync(file, `${file}.broken-${stamp}`);
  return finishTakingPlace(file) as string;
}

/**
 * What {@link takePlace} could not finish. A broken database is set aside only when the new one is whole: a new one with
 * a broken one set aside, and nothing in between, is to be used. Answers the broken one's path where that was so.
 */
export function finishTakingPlace(file: string): string | undefined {
  if (existsSync(file) || !existsSync(file + NEW)) return undefined;
  const aside = allSetAside(file).find((path) => !path.endsWith(LOG));
  if (aside === undefined) return undefined;
  if (existsSync(file + LOG)) renameSync(file + LOG, aside + LOG);
  rmSync(file + LOG_INDEX, { force: true });
  renameSync(file + NEW, file);
  syncFolder(dirname(file));
  return aside;
}

function allSetAside(file: string): string[] {
  const folder = dirname(file);
  const prefix = `${basename(file)}.broken-`;
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
}
