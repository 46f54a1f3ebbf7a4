import type { OutputConfig } from '../../schemas/devices.ts';
import type { Driver } from '../hardware/driver.ts';
import { excludeEachOther, KeptOff, offFirst } from './exclusion.ts';
import { claimLine } from './line.ts';

/**
 * Claims every output at its safe state, for a server that could not do it itself any more. One pin that fails does not
 * keep the others unsafe, but for one: an output is not switched on while another that excludes it may be on. Answers the
 * faults.
 */
export async function driveSafe(configs: readonly OutputConfig[], driver: Driver): Promise<Error[]> {
  const faults: Error[] = [];
  const failed: OutputConfig[] = [];
  for (const config of configs.toSorted(offFirst)) {
    const isOn = config.safe === 'on';
    const other = isOn ? failed.find((one) => excludeEachOther(one, config)) : undefined;
    if (other !== undefined) faults.push(new KeptOff(config.id, other.id));
    await claimLine(config, driver, isOn && other === undefined).catch((fault: Error) => {
      faults.push(fault);
      failed.push(config);
    });
  }
  return faults;
}
