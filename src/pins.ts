import type { Config } from '../schemas/config.ts';
import type { Clock } from './clock.ts';
import { type OpenHardware, openHardware } from './hardware/open.ts';
import { OutputBank } from './outputs/bank.ts';
import { noteDriven } from './outputs/driven.ts';
import { TrustedClock } from './timekeeping/trusted-clock.ts';

/** The pins of a device, and its outputs in their initial states. */
export interface Pins {
  clock: TrustedClock;
  hardware: OpenHardware;
  outputs: OutputBank;
  /** Why nobody will know what was driven, where this process is killed; undefined where it is noted. */
  unnoted: unknown;
  /** Hears of an output that does not obey when nobody was there to be told. */
  onFault: (output: string, fault: unknown) => void;
  /** The end: safe states, then the way to the pins is closed. Once, whoever asks for it again. */
  release: () => Promise<void>;
}

interface Machine {
  clock: Clock;
  /** Folder that stands for `/` where kernel files are read. */
  root: string;
  /** Where a note of what is driven is left, for the end that nobody chooses. */
  dataDirectory: string;
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
  const { driver } = hardware;
  const onFault = (output: string, fault: unknown) => pins.onFault(output, fault);
  const outputs = await OutputBank.claim(config.outputs, driver, { clock, onFault }).catch(async (fault) => {
    await driver.close().catch(() => {}); // the first fault is the one to mend
    throw fault;
  });
  let released: Promise<void> | undefined;
  const pins: Pins = {
    ...{ clock, hardware, outputs },
    unnoted: note(machine.dataDirectory, { driver: driver.name, outputs: config.outputs }),
    onFault: (output, fault) => console.error(`output ${output} does not obey:`, fault),
    release() {
      released ??= Promise.resolve()
        .then(() => outputs.makeSafe())
        .finally(() => driver.close());
      return released;
    },
  };
  return pins;
}

function note(...what: Parameters<typeof noteDriven>): unknown {
  try {
    noteDriven(...what);
    return undefined;
  } catch (fault) {
    return fault;
  }
}
