import type { Config } from '../schemas/config.ts';
import type { Clock } from './clock.ts';
import { type OpenHardware, openHardware } from './hardware/open.ts';
import { OutputBank } from './outputs/bank.ts';
import { TrustedClock } from './timekeeping/trusted-clock.ts';

/** The pins of a device, and its outputs in their initial states. */
export interface Pins {
  clock: TrustedClock;
  hardware: OpenHardware;
  outputs: OutputBank;
  /** Hears of an output that does not obey at the end of its pulse. */
  onFault: (output: string, fault: unknown) => void;
}

interface Machine {
  clock: Clock;
  /** Folder that stands for `/` where kernel files are read. */
  root: string;
  /** Hardware that is open already; tests keep their hands on it. */
  hardware?: OpenHardware | undefined;
}

/**
 * Claims the outputs. It needs nothing of the server, so that a start can do it before the server is loaded: a heater
 * that a crash has left on waits for this. Rejects with HardwareError, and what was opened is safe and closed.
 */
export async function claimPins(config: Pick<Config, 'hardware' | 'outputs'>, machine: Machine): Promise<Pins> {
  const clock = new TrustedClock(machine.clock);
  const hardware = machine.hardware ?? (await openHardware(config.hardware.driver, { clock, root: machine.root }));
  const pins = { onFault: (output: string, fault: unknown) => console.error(`output ${output} did not obey`, fault) };
  try {
    const onFault = (output: string, fault: unknown) => pins.onFault(output, fault);
    const outputs = await OutputBank.claim(config.outputs, hardware.driver, { clock, onFault });
    return Object.assign(pins, { clock, hardware, outputs });
  } catch (fault) {
    await hardware.driver.close();
    throw fault;
  }
}
