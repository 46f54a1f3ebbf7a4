import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { HardwareError, type PwmOptions } from '../../src/hardware/driver.ts';

export type Level = 0 | 1;

/** The outside world, as the test plays it: hands on inputs, meters on outputs. */
export interface Rig {
  pull(pin: number, level: Level): void;
  level(pin: number): Level;
  /** A pin that somebody else holds, where the rig has one, and the holder's name. */
  taken?: { pin: number; by: string };
  /** A write shows soon after it returns, and not at once: the pins are in the hands of another process. */
  soon?: boolean;
  /** For drivers that can dim. */
  pwm?: {
    pins: readonly [number, number];
    /** The part of the time that the pin is electrically high. */
    duty(pin: number): number;
    /** Which channel the pin hangs on, where the driver has to be told. */
    channelOf?(pin: number): Pick<PwmOptions, 'chip' | 'channel'>;
  };
  /** For drivers that can steer a servo: the length of the pulses on the pin. */
  pulseUs?(pin: number): number;
}

/** Generous, because a system call in the kernel bench takes as long as twenty outside. */
const SOON = { interval: 5, timeout: 5000 };

export const soon = (t: TestContext, assertion: () => void): Promise<void> => t.waitFor(assertion, SOON);

/** What a write makes visible: at once, or where the rig says so, soon. */
export async function shows(t: TestContext, rig: Rig, assertion: () => void): Promise<void> {
  if (rig.soon) await soon(t, assertion);
  else assertion();
}

export const refusal = (sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof HardwareError, `not a HardwareError: ${error}`);
  assert.match(error.message, sentence);
  return true;
};
