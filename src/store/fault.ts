/** The file holds something else than a whole database of ours. Looks like SQLite's own error. */
export class BrokenDatabase extends Error {
  override name = 'BrokenDatabase';
  readonly code = 'SQLITE_CORRUPT';
}

/** SQLite's code of an error, or the system's, also where it is the cause of another one. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? 'ERROR' : codeOf(cause);
}

/** No retry helps. */
export function isBroken(code: string): boolean {
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** What the connection knows of its file may be gone with the mount: only a new one sees the disk come back. */
export function needsReopening(code: string): boolean {
  return /^SQLITE_(IOERR|READONLY|CANTOPEN)/.test(code);
}

/** The disk did not do what the database asked of it. */
export function isDiskFault(code: string): boolean {
  return code === 'SQLITE_FULL' || code === 'DATABASE_GONE' || needsReopening(code);
}
