import { accessSync, constants, statfsSync } from 'node:fs';
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

/**
 * Throws what is wrong with the disk under a database that nothing was written to lately. It writes nothing itself,
 * which a card would pay for: that a disk has begun to fail shows at the next commit.
 */
export function probeMedium(file: string): void {
  const fault = faultOf(file);
  if (fault !== undefined) throw fault;
}

/** Whether the disk is why a file cannot be opened: then it may be well again later. Wrong permissions stay wrong. */
export function isDiskAtFault(file: string, code: string): boolean {
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) return true;
  const fault = faultOf(file);
  return fault !== undefined && ['SQLITE_FULL', 'EROFS', 'EIO'].includes(codeOf(fault));
}
