import { type Active, HardwareError } from './driver.ts';

/** The part of the time, 0 to 1, that the pin is electrically high. Throws HardwareError where the level is none. */
export function toDuty(pin: number, level: number, active: Active): number {
  if (!(level >= 0 && level <= 1)) throw new HardwareError(`GPIO ${pin} has no level ${level}: levels are 0 to 1`);
  return active === 'high' ? level : 1 - level;
}

/** The logical level of a pin that is high for that part of the time. */
export function toLevel(duty: number, active: Active): number {
  return active === 'high' ? duty : 1 - duty;
}

const SHORTEST_PULSE_US = 500;
const LONGEST_PULSE_US = 2500;

/** Throws HardwareError where no servo understands a pulse of that length; 0 is no pulse. */
export function requirePulse(pin: number, pulseUs: number): void {
  if (pulseUs === 0 || (pulseUs >= SHORTEST_PULSE_US && pulseUs <= LONGEST_PULSE_US)) return;
  throw new HardwareError(
    `GPIO ${pin} gives no servo pulse of ${pulseUs} µs: pulses are ${SHORTEST_PULSE_US} to ${LONGEST_PULSE_US} µs, or 0`,
  );
}
