import type { Database } from 'better-sqlite3';
import { StartError } from '../start-error.ts';

/**
 * The steps from an empty file to today's tables; number n is `user_version` n. A step that has been released is
 * never changed: the next one mends it.
 *
 * `reading` is clustered by series and time (WITHOUT ROWID): rows of one sensor lie side by side, a range is one walk
 * along the tree, and a batch touches few pages, which is what wears a card.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE series (
     id   INTEGER PRIMARY KEY,
     kind TEXT NOT NULL CHECK (kind IN ('sensor', 'output')),
     name TEXT NOT NULL,
     UNIQUE (kind, name)
   ) STRICT;
   CREATE TABLE reading (
     series    INTEGER NOT NULL REFERENCES series (id),
     at        INTEGER NOT NULL, -- milliseconds since 1970
     value     REAL,
     quality   INTEGER NOT NULL, -- see readings-table.ts
     simulated INTEGER NOT NULL,
     PRIMARY KEY (series, at)
   ) STRICT, WITHOUT ROWID;`,
];

/** Brings the tables to the newest form, each step whole or not at all. */
export function migrate(database: Database): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new StartError(
      `The database was written by a newer version of this program (tables ${version}, known ${MIGRATIONS.length}). ` +
        'Install that version again, or use another data directory.',
    );
  }
  for (let step = version; step < MIGRATIONS.length; step++) {
    database.transaction(() => {
      database.exec(MIGRATIONS[step] as string);
      database.pragma(`user_version = ${step + 1}`);
    })();
  }
}
