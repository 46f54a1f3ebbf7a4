import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import SQLite from 'better-sqlite3';

/**
 * Loaded before the server, as the negative control: the driver's own default, which the server takes for FULL, and a log
 * of the readings that is not synced.
 */
fs.fdatasyncSync = () => {};
syncBuiltinESMExports();
const pragma = SQLite.prototype.pragma;
SQLite.prototype.pragma = function (source, options) {
  if (source === 'synchronous = FULL') return pragma.call(this, 'synchronous = NORMAL');
  const answer = pragma.call(this, source, options);
  return source === 'synchronous' ? 2 : answer;
};
