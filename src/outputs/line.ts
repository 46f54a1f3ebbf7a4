import type { OutputConfig } from '../../schemas/devices.ts';
import { type Driver, HardwareUnsupported } from '../hardware/driver.ts';

/** The pin of an output, dimmable or not. Levels are logical: 0 is off, 1 fully on. */
export interface Line {
  /** Why it knows nothing between off and on; undefined where it does. */
  readonly onlyOnOff: string | undefined;
  /** Throws HardwareError when the pin does not obey. */
  write(level: number): void;
}

/**
 * Claims the pin of an output with its first state. One that is to be dimmed and cannot be is still there to be switched:
 * nothing that hangs on it must be left alone for that. Rejects with HardwareError.
 */
export async function claimLine({ pin, active, pwm }: OutputConfig, driver: Driver, initial: boolean): Promise<Line> {
  if (pwm === undefined) return switchable(pin, driver, { active, initial }, 'it has no pwm in the configuration');
  const { frequency_hz: frequencyHz, chip, channel } = pwm;
  const place = { ...(chip !== undefined && { chip }), ...(channel !== undefined && { channel }) };
  try {
    const line = await driver.pwm(pin, { active, initial: Number(initial), frequencyHz, ...place });
    return { onlyOnOff: undefined, write: (level) => line.write(level) };
  } catch (error) {
    if (!(error instanceof HardwareUnsupported)) throw error;
    return switchable(pin, driver, { active, initial }, error.message);
  }
}

async function switchable(
  pin: number,
  driver: Driver,
  options: { active: OutputConfig['active']; initial: boolean },
  onlyOnOff: string,
): Promise<Line> {
  const line = await driver.output(pin, options);
  return { onlyOnOff, write: (level) => line.write(level > 0) };
}
