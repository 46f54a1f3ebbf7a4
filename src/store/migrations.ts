import type { Database } from 'better-sqlite3';
import { EX_CONFIG, StartError } from '../start-error.ts';
import { MIGRATIONS } from './migration-steps.ts';

/** The version of today's tables. */
export const NEWEST = MIGRATIONS.length;

/**
 * True where the tables are of a form that this program does not know yet. install.sh asks this of the release that it
 * goes back to, by way of a later one: name and module stay.
 */
export function isNewer(database: Pick<Database, 'pragma'>): boolean {
  return versionOf(database) > NEWEST;
}

/** 0 of a new file. */
export const versionOf = (database: Pick<Database, 'pragma'>) =>
  database.pragma('user_version', { simple: true }) as number;

/**
 * Brings the tables to the newest form, wholly or not at all: one commit, since a slow card takes long for each. `before`
 * hears the version of tables that are going to change.
 */
export function migrate(database: Database, before: (version: number) => void = () => {}): void {
  const version = versionOf(database);
  if (isNewer(database)) {
    throw new StartError(
      `The database was written by a newer version of this program (tables ${version}, known ${NEWEST}). ` +
        'Install that version again, go back with its install.sh --rollback, or use another data directory.',
      EX_CONFIG,
    );
  }
  if (version === NEWEST) return;
  if (version > 0) before(version);
  database.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.pragma(`user_version = ${NEWEST}`);
  })();
}
