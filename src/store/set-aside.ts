import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What lies beside a database: its log, which belongs to it, and the index of the log, which is made again. */
const LOG = '-wal';
const LOG_INDEX = '-shm';

/**
 * Gives a database and its log another name, with the time in it; answers the new path. Only the newest one is kept:
 * broken files must not fill the card.
 */
export function setAside(file: string, at: number): string {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const aside = `${file}.broken-${stamp}`;
  forgetOlder(file);
  if (existsSync(file + LOG)) renameSync(file + LOG, aside + LOG);
  renameSync(file, aside);
  rmSync(file + LOG_INDEX, { force: true });
  return aside;
}

function forgetOlder(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.broken-`;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix)) rmSync(join(folder, name));
  }
}
