import {
  accessSync,
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  openSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './fault.ts';

/** Why the disk under a file takes nothing, as far as it can be seen without writing; undefined where all looks well. */
function faultOf(file: string): Error | undefined {
  const folder = dirname(file);
  try {
    accessSync(folder, constants.W_OK);
    const { bavail } = statfsSync(folder);
    return bavail === 0 ? Object.assign(new Error('the disk is full'), { code: 'SQLITE_FULL' }) : undefined;
  } catch (error) {
    const code = codeOf(error);
    return Object.assign(new Error(code === 'EROFS' ? 'the disk is read-only' : `the disk cannot be used (${code})`), {
      code,
    });
  }
}

/** Lie beside the database. */
const PROBE = '-probe';
export const ROW_LOG = '-rows';
const BLOCK = Buffer.alloc(4096);

/**
 * Throws what is wrong with the disk under a database. A look sees a disk that is full or read-only; that one has begun
 * to fail shows only when something is written. The same block of a small file is written over each time and synced: no
 * space is needed for it, and it is the least that a card can be asked for.
 */
export function probeMedium(file: string, { write }: { write: boolean }): void {
  const fault = faultOf(file) ?? (write ? writeFaultOf(file + PROBE) : undefined);
  if (fault !== undefined) throw fault;
}

function writeFaultOf(file: string): Error | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    writeSync(descriptor, BLOCK, 0, BLOCK.length, 0);
    fdatasyncSync(descriptor);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return Object.assign(new Error(`the disk cannot be written (${code})`), {
      code: code === 'ENOSPC' ? 'SQLITE_FULL' : code,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Whether the disk is why a file cannot be opened: then it may be well again later. Wrong permissions stay wrong. */
export function isDiskAtFault(file: string, code: string): boolean {
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) return true;
  const fault = faultOf(file);
  return fault !== undefined && ['SQLITE_FULL', 'EROFS', 'EIO'].includes(codeOf(fault));
}

/** Bytes that a database and its logs may have: their limit, or less where the disk has no more for them. */
export function roomOnDisk(file: string, maxBytes: number): number {
  const { bavail, bsize } = statfsSync(dirname(file));
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const own = [file, `${file}-wal`, file + ROW_LOG].reduce((sum, path) => sum + sizeOf(path), 0);
  return Math.min(maxBytes, own + bavail * bsize);
}

/** A new name is on the disk only with the folder that it stands in. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
