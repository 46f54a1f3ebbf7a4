/**
 * Drives every output to its safe state and ends: for the service manager, after a server that was killed or hung, and
 * by hand. While a server works in the same data directory, this ends with status 1.
 */
import { resolve } from 'node:path';
import { systemClock } from './clock.ts';
import { givenDataDirectory } from './config/supervision.ts';
import { HardwareError } from './hardware/driver.ts';
import { openHardware } from './hardware/open.ts';
import { driveSafe } from './outputs/drive-safe.ts';
import { type Driven, readDriven } from './outputs/driven.ts';
import { StartError } from './start-error.ts';
import { lockDirectory } from './supervision/directory-lock.ts';

type Wish = Parameters<typeof openHardware>[0];

/**
 * What the last server drove, whatever has become of the configuration since. It also takes a tenth of the time that the
 * configuration takes, which is asked where no server has left a note.
 */
async function whatWasDriven(): Promise<{ wish: Wish; outputs: Driven['outputs'] }> {
  const directory = givenDataDirectory();
  if (directory !== undefined) await lockDirectory(resolve(directory));
  const noted = directory === undefined ? undefined : readDriven(directory);
  if (noted !== undefined) return { wish: noted.driver, outputs: noted.outputs };
  const { loadConfig } = await import('./config/load.ts');
  const { hardware, outputs, store } = loadConfig();
  if (directory === undefined) await lockDirectory(resolve(store.dir));
  return { wish: hardware.driver, outputs };
}

async function makeSafe(): Promise<void> {
  const { wish, outputs } = await whatWasDriven();
  const { driver } = await openHardware(wish, { clock: systemClock, root: '/' });
  const faults = await driveSafe(outputs, driver);
  await driver.close();
  for (const { message } of faults) console.error(message);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${outputs.length} outputs are safe (${driver.description})`);
}

try {
  await makeSafe();
} catch (error) {
  if (!(error instanceof StartError || error instanceof HardwareError)) throw error;
  console.error(`No output was made safe. ${error.message}`);
  process.exitCode = error instanceof StartError ? error.exitCode : 1;
}
