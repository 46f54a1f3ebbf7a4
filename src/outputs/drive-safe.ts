import type { OutputConfig } from '../../schemas/devices.ts';
import type { Driver } from '../hardware/driver.ts';
import { claimLine } from './line.ts';

/**
 * Claims every output at its safe state, for a server that could not do it itself any more. One pin that fails does not
 * keep the others unsafe: answers the faults.
 */
export async function driveSafe(configs: readonly OutputConfig[], driver: Driver): Promise<Error[]> {
  const faults: Error[] = [];
  // Off before on, as at the end of the server: two that exclude each other are never on together.
  for (const config of configs.toSorted((a, b) => a.safe.localeCompare(b.safe))) {
    await claimLine(config, driver, config.safe === 'on').catch((fault: Error) => faults.push(fault));
  }
  return faults;
}
