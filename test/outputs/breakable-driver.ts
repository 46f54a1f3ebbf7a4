import type { Clock } from '../../src/clock.ts';
import { HardwareError } from '../../src/hardware/driver.ts';
import { openSimulated, type SimulatedDriver } from '../../src/hardware/simulated.ts';

export interface BreakableDriver extends SimulatedDriver {
  /** From now on writes to this pin fail, or work again. */
  breakPin(pin: number, broken?: boolean): void;
  /** Every level that a pin was given since its claim, the first included. */
  levelsOf(pin: number): readonly number[];
}

/** Simulated pins that remember what they were told, and whose wires a test can cut. */
export function openBreakable(clock: Clock): BreakableDriver {
  const driver = openSimulated(clock);
  const broken = new Set<number>();
  const levels = new Map<number, number[]>();
  return {
    ...driver,
    async output(pin, options) {
      const line = await driver.output(pin, options);
      const seen: number[] = [driver.level(pin)];
      levels.set(pin, seen);
      return {
        ...line,
        write(on) {
          if (broken.has(pin)) throw new HardwareError(`GPIO ${pin} is gone`);
          line.write(on);
          seen.push(driver.level(pin));
        },
      };
    },
    breakPin: (pin, isBroken = true) => void (isBroken ? broken.add(pin) : broken.delete(pin)),
    levelsOf: (pin) => levels.get(pin) ?? [],
  };
}
