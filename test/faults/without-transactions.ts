import SQLite from 'better-sqlite3';

/** Loaded before the server, as the negative control: what belongs together is written piece by piece. */
SQLite.prototype.transaction = ((work: unknown) => work) as typeof SQLite.prototype.transaction;
