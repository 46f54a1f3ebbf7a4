import { statSync } from 'node:fs';
import { codeOf } from './fault.ts';
import type { Operation } from './protocol.ts';

/** Looks like SQLite's own error, and is a fault of the disk. */
export class DatabaseGone extends Error {
  override name = 'DatabaseGone';
  readonly code = 'DATABASE_GONE';
}

/**
 * These go on with the file that is open, whatever became of its name: what can be read stays readable, and what has
 * reached the receiver is safe there. Everything else would lose what it is given, and say that it is on disk.
 */
const GOES_ON: ReadonlySet<Operation> = new Set<Operation>([
  'history',
  'snapshots',
  'summaries',
  'changes',
  'alerts',
  'rules',
  'ruleChanges',
  'droppedRecords',
  'closeWindows',
  'outboxState',
  'nextBatch',
  'acknowledge',
  'splitBatch',
  'setAside',
]);

/**
 * The file that the database was opened in. SQLite keeps writing to it when its directory is removed, renamed or
 * unmounted, where no start finds it again; and it would make a new one in the empty directory under a mount.
 */
export class OpenedFile {
  readonly #file: string;
  readonly #identity: string | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#identity = identityOf(file);
  }

  /** Throws where an operation needs the file to be there, and it is not. */
  require(operation: Operation): void {
    if (!GOES_ON.has(operation)) this.requireInPlace();
  }

  /** Throws DatabaseGone where the name leads to no file any more, or to another one. */
  requireInPlace(): void {
    const found = this.#found();
    if (found === this.#identity) return;
    throw new DatabaseGone(
      found === undefined
        ? `The database ${this.#file} is gone: its directory was removed, renamed or unmounted while the server runs. What is read now is kept in memory, and written when the same file is back; for a new one, restart the server`
        : `Another file has taken the place of the database ${this.#file} while the server runs. What is read now is kept in memory, and written when the file from before is back; to use the new one, restart the server`,
    );
  }

  get isInPlace(): boolean {
    return this.#found() === this.#identity;
  }

  /** What fails in another way than by the absence of the file is met, and told, by whoever writes. */
  #found(): string | undefined {
    try {
      return identityOf(this.#file);
    } catch {
      return this.#identity;
    }
  }
}

function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}
