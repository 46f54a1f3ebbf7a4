import type { OutputConfig } from '../../schemas/devices.ts';
import { OutputBank } from '../../src/outputs/bank.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openBreakable } from './breakable-driver.ts';

export const LED = 17;
export const VENT = 22;

/** The output `led`, with what a test wants to have different. */
export const anOutput = (changes: Partial<OutputConfig> = {}): OutputConfig => ({
  id: 'led',
  pin: LED,
  active: 'high',
  safe: 'off',
  override_s: 3600,
  excludes: [],
  ...changes,
});

/** The output `vent`, which is safe when it is open. */
export const aVent = (changes: Partial<OutputConfig> = {}) =>
  anOutput({ id: 'vent', pin: VENT, safe: 'on', ...changes });

/** A bank of these outputs on pins that can be watched and broken. */
export async function aBank(...configs: OutputConfig[]) {
  const clock = new FakeClock();
  const pins = openBreakable(clock);
  const faults: string[] = [];
  const onFault = (output: string) => void faults.push(output);
  const bank = await OutputBank.claim(configs.length === 0 ? [anOutput()] : configs, pins, { clock, onFault });
  return { bank, pins, clock, faults, led: () => bank.get('led') };
}
