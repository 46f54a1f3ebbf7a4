import SQLite from 'better-sqlite3';

/** Loaded into the server, as the negative control: what waits is counted from its rows, whenever somebody asks. */
const { prepare } = SQLite.prototype;
SQLite.prototype.prepare = function (this: InstanceType<typeof SQLite>, sql: string) {
  const asked = /FROM outbox_count/.test(sql) && /oldestAt/.test(sql);
  return prepare.call(
    this,
    asked
      ? `SELECT count(*) AS items, sum(octet_length(item)) AS bytes, sum(readings) AS readings, min(made_at) AS oldestAt
         FROM outbox WHERE refused IS NULL`
      : sql,
  );
} as typeof prepare;
