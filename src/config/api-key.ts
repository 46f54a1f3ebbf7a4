import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { writeOnce } from '../write-once.ts';

export interface ApiKey {
  key: string;
  /** Where the key comes from, for the log: never the key itself. */
  source: string;
}

/** Name of the key's file in the data directory. */
export const KEY_FILE = 'api-key';
const KEY = /^[!-~]{16,256}$/;
const KEY_WORDS = '16 to 256 printable characters without spaces';
/** Permissions of the group and of everybody. */
const OTHERS = 0o077;

/**
 * The configured key, else the one in the data directory, else a new one of 256 random bits that is stored there for
 * its owner alone. There is no default key.
 */
export function loadApiKey(configured: string | undefined, dataDirectory: string): ApiKey {
  if (configured !== undefined) return { key: configured, source: 'the environment (EDGE_API_KEY)' };
  const file = join(dataDirectory, KEY_FILE);
  if (!existsSync(file)) {
    try {
      return { key: makeKey(file), source: `${file}, made at this first start` };
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      // Another start was faster: its key counts.
      if (code !== 'EEXIST') throw new StartError(`Cannot write the API key to ${file}: ${code}.`);
    }
  }
  return { key: readKey(file), source: file };
}

function makeKey(file: string): string {
  const key = randomBytes(32).toString('base64url');
  writeOnce({ file, text: `${key}\n` });
  return key;
}

/** Only its owner or root can mend such a file. That of root is left from a start with sudo. */
function refuseForeign(file: string): void {
  const owner = statSync(file, { throwIfNoEntry: false })?.uid;
  const own = process.getuid?.();
  if (owner === undefined || own === undefined || own === 0 || owner === own) return;
  const [theirs, ours] = [userName(owner), userName(own)];
  throw new StartError(
    `The API key file ${file} belongs to ${theirs}, and this server runs as ${ours}: ` +
      `sudo chown ${ours} ${file} && sudo chmod 600 ${file}`,
  );
}

/** The number where the system has no name for it. */
function userName(uid: number): string {
  const entry = new RegExp(`^([^:]+):[^:]*:${uid}:`, 'm');
  try {
    return entry.exec(readFileSync('/etc/passwd', 'utf8'))?.[1] ?? String(uid);
  } catch {
    return String(uid);
  }
}

function readKey(file: string): string {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    refuseForeign(file);
    throw new StartError(`Cannot read the API key from ${file}: ${(error as NodeJS.ErrnoException).code}.`);
  }
  if (!KEY.test(key)) {
    throw new StartError(
      `The API key in ${file} is not ${KEY_WORDS}: delete the file, and a new key is made at the next start.`,
    );
  }
  if ((statSync(file).mode & OTHERS) !== 0) {
    refuseForeign(file);
    throw new StartError(`The API key in ${file} can be read by others than its owner: chmod 600 ${file}`);
  }
  return key;
}
