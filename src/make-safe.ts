/**
 * Drives every output to its safe state and ends: for the service manager, after a server that was killed or hung, and
 * by hand. While a server runs its pins are taken, and this ends with status 1.
 */
import { systemClock } from './clock.ts';
import { loadConfig } from './config/load.ts';
import { HardwareError } from './hardware/driver.ts';
import { openHardware } from './hardware/open.ts';
import { driveSafe } from './outputs/drive-safe.ts';
import { StartError } from './start-error.ts';

async function makeSafe(): Promise<void> {
  const { hardware, outputs } = loadConfig();
  const { driver } = await openHardware(hardware.driver, { clock: systemClock, root: '/' });
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
  console.error(error.message);
  process.exitCode = error instanceof StartError ? error.exitCode : 1;
}
