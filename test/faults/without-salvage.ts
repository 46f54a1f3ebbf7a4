import SQLite from 'better-sqlite3';

/** Loaded into the server: what is read to be saved from a broken database reads as nothing. */
const { prepare } = SQLite.prototype;
SQLite.prototype.prepare = function (this: InstanceType<typeof SQLite>, sql: string) {
  // Only what reads a broken database looks at it so closely.
  if (this.pragma('cell_size_check', { simple: true }) === 1) throw new Error('nothing is saved');
  return prepare.call(this, sql);
} as typeof prepare;
