import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import SQLite, { type Database } from 'better-sqlite3';
import { RowLog } from '../../src/store/row-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface Row {
  sensor: string;
  at: number;
  value: number;
}

/**
 * The database of a process that is dead, as the next one will find it. It is a copy that is looked at: whoever opens a
 * database recovers it, and that is the server's part.
 */
export function openCopy(t: TestContext, folder: string): Database {
  const copy = temporaryFolder(t);
  for (const name of ['edge.db', 'edge.db-wal', 'edge.db-rows']) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  }
  const database = new SQLite(join(copy, 'edge.db'));
  t.after(() => database.close());
  return database;
}

/** Every good reading, those in the table before those that are only in the log beside it. */
export function goodRows(database: Database): Row[] {
  const placed = database.prepare<[], Row>(
    `SELECT series.name AS sensor, at, value FROM reading JOIN series ON series.id = reading.series
     WHERE kind = 'sensor' AND quality = 0 ORDER BY at`,
  );
  const generation = database.prepare<[], number>('SELECT generation FROM row_log').pluck().get() ?? null;
  const logged = new RowLog(database.name, 0).recover(generation)?.rows ?? [];
  const good = logged.filter(({ kind, quality }) => kind === 'sensor' && quality === 'good');
  return [...placed.all(), ...good.map(({ name, at, value }) => ({ sensor: name, at, value: value as number }))];
}

export function integrity(database: Database): string {
  return database.pragma('integrity_check', { simple: true }) as string;
}
