/**
 * For install.sh, while no server runs: puts the data directory into the state that another release can work with.
 *
 *   roll-back.js RELEASE              gives it the database that was kept for it; status 3 where there is none
 *   roll-back.js RELEASE --or-empty   the same, and an empty one where there is none
 *   roll-back.js RELEASE --forget     beside a server: removes what is kept, where the release does not need it
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toTimestamp } from './clock.ts';
import { givenDataDirectory } from './config/supervision.ts';
import { StartError } from './start-error.ts';
import { forgetIfKnown, NothingKept, type Release, type RolledBack, rollBack, startEmpty } from './store/roll-back.ts';
import { lockDirectory } from './supervision/directory-lock.ts';

const NOTHING_KEPT = 3;

/** Files in a folder that belongs to a user are not for root to rename. */
function becomeOwnerOf(directory: string): void {
  const { uid, gid } = statSync(directory);
  if (process.getuid?.() !== 0 || uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function tell({ kept, newer, readings, from, to, items }: RolledBack): void {
  const range = from === null || to === null ? '' : `, from ${toTimestamp(from)} to ${toTimestamp(to)}`;
  console.log(`the database of before the update is in use again (${kept}).`);
  console.log(
    `not in it: ${readings} readings${range}; ${items} items that waited to be sent; rules, acknowledgements and dead letters ` +
      `changed since. They stay in ${newer} until the next update.`,
  );
}

async function main(path = '', option = ''): Promise<void> {
  const directory = resolve(givenDataDirectory() ?? (await import('./config/load.ts')).loadConfig().store.dir);
  const release: Release = await import(pathToFileURL(join(path, 'dist/src/store/migrations.js')).href);
  const file = join(directory, 'edge.db');
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return;
  becomeOwnerOf(directory);
  if (option === '--forget') {
    forgetIfKnown(file, release);
    return;
  }
  await lockDirectory(directory);
  try {
    const rolledBack = rollBack(file, release);
    if (rolledBack !== undefined) tell(rolledBack);
  } catch (error) {
    if (!(error instanceof NothingKept)) throw error;
    if (option !== '--or-empty') {
      process.exitCode = NOTHING_KEPT;
      return console.error(`${error.message}: the release would not start with the newer one.`);
    }
    console.log(`${error.message}. It starts with an empty one; the newer one lies in ${startEmpty(file)}.`);
  }
}

try {
  await main(...process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
