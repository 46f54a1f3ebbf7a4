import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { StartError } from '../start-error.ts';

const LOCK_EXCLUSIVE = 2;
const LOCK_NOT_WAITING = 4;

/** The kernel's list of locks: `1: FLOCK  ADVISORY  WRITE 812 b3:02:1234 0 EOF`. */
const LOCKS = '/proc/locks';
const FLOCK = /^\d+: FLOCK +ADVISORY +WRITE +(\d+) ([0-9a-f]+:[0-9a-f]+):(\d+) /gm;

/** Whether this process is the only one that works in a directory. */
export interface DirectoryLock {
  /** Why nobody is kept out; undefined where everybody is. */
  fault: string | undefined;
}

/**
 * Makes this process the only one that works in a directory, until it ends, however it ends. The lock is the kernel's own
 * (flock), on the directory itself: no file can be left behind, and a full or read-only disk has it too. Throws StartError
 * with one sentence that names the process that has the lock. A file system without locks, and a disk that does not even
 * open, are no reason to leave the outputs alone.
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return { fault: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
  const code = await flock(descriptor);
  if (code === undefined) return { fault: undefined }; // the descriptor stays open: it carries the lock
  const owner = code === 'EAGAIN' ? ownerOf(descriptor) : undefined;
  closeSync(descriptor);
  if (code !== 'EAGAIN') return { fault: code };
  throw new StartError(
    `The data directory ${path} is in use by ${owner ?? 'another process'}: stop that one, or set EDGE_DATA_DIR to another directory.`,
  );
}

/** Node has no locks: the C library is asked, through the bridge that the pins need anyway. */
async function flock(descriptor: number): Promise<string | undefined> {
  const { default: koffi } = await import('koffi');
  const lock = koffi.load(null).func('int flock(int fd, int operation)');
  return lock(descriptor, LOCK_EXCLUSIVE | LOCK_NOT_WAITING) === 0 ? undefined : getSystemErrorName(-koffi.errno());
}

/** Not every file system shows the same device here and there: then the number of the directory alone has to do. */
function ownerOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    const found = [...readFileSync(LOCKS, 'utf8').matchAll(FLOCK)].filter(([, , , number]) => number === String(ino));
    const [, pid] = found.find(([, , device]) => device === deviceName(dev)) ?? found[0] ?? [];
    return pid === undefined ? undefined : `process ${pid}${commandOf(pid)}`;
  } catch {
    return undefined;
  }
}

/** Major and minor number as the kernel prints them. */
function deviceName(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return [major, minor].map((number) => number.toString(16).padStart(2, '0')).join(':');
}

/** Of another user's process it may not be known. */
function commandOf(pid: string): string {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return command === '' ? '' : ` (${command.slice(0, 200)})`;
  } catch {
    return '';
  }
}
