import { accessSync, constants, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigSchema } from '../../schemas/config.ts';
import { StartError } from '../start-error.ts';

const DEFAULT_DIRECTORY = ConfigSchema.properties.store.properties.dir.default as string;

const REASONS: Record<string, string> = {
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EEXIST: 'it is not a folder',
};

/** No reason to leave the outputs alone: the store says that it fails, and is well again when the disk is. */
const DISK_FAULTS = ['EROFS', 'ENOSPC', 'EIO'];

/**
 * Makes sure that the data directory can be written, and answers its absolute path. Only the default one is made when
 * it is missing: a configured one that is missing is most likely a disk that is not mounted, and a folder made in its
 * place would fill the card instead.
 */
export function prepareDataDirectory(directory: string): string {
  const path = resolve(directory);
  try {
    if (directory === DEFAULT_DIRECTORY) mkdirSync(path, { recursive: true, mode: 0o750 });
    if (!statSync(path).isDirectory()) throw new StartError(`The data directory ${path} is not a folder.`);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(path, `.write-test-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return path;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (DISK_FAULTS.includes(code)) return path;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new StartError(
        `The data directory ${path} does not exist: make it, mount its disk, or correct EDGE_DATA_DIR.`,
      );
    }
    throw new StartError(`Cannot write to the data directory ${path}: ${REASONS[code] ?? code}.`);
  }
}
