import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import type { Clock } from '../clock.ts';
import { type Driver, HardwareError } from './driver.ts';
import { findHeaderChip } from './gpiochip/chip.ts';
import { openGpiochip } from './gpiochip/gpiochip-driver.ts';
import { openSimulated } from './simulated.ts';

export interface OpenHardware {
  driver: Driver;
  /** Why this driver was taken, for the log and `/api/health`. */
  why: string;
}

interface Machine {
  clock: Clock;
  /** Folder that stands for `/`: tests put their own kernel files there. */
  root: string;
}

/**
 * Opens the driver that was asked for, or with `auto` the best one that this machine has. Rejects with HardwareError
 * instead of taking another one where one was asked for, and on a Raspberry Pi, whose pins are surely meant.
 */
export async function openHardware(wish: Config['hardware']['driver'], machine: Machine): Promise<OpenHardware> {
  switch (wish) {
    case 'simulated':
      return { driver: openSimulated(machine.clock), why: 'asked for' };
    case 'gpiochip':
      return { driver: await openGpiochip({ devRoot: join(machine.root, 'dev') }), why: 'asked for' };
    case 'pigpio':
      throw new HardwareError('The pigpio driver is not part of this version: use EDGE_HARDWARE=gpiochip.');
    case 'auto':
      return openBest(machine);
  }
}

async function openBest({ clock, root }: Machine): Promise<OpenHardware> {
  const place = { devRoot: join(root, 'dev') };
  const model = await raspberryPiModel(root);
  if (model !== undefined) return { driver: await openGpiochip(place), why: `this is a ${model}` };
  try {
    if (await findHeaderChip(place)) return { driver: await openGpiochip(place), why: "a Pi's header was found" };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return {
      driver: openSimulated(clock),
      why: `this is not a Raspberry Pi, and its pins are out of reach: ${error.message}`,
    };
  }
  return { driver: openSimulated(clock), why: "this is not a Raspberry Pi, and no Pi's header was found" };
}

/** The model as the firmware names it ("Raspberry Pi 5 Model B Rev 1.0"); undefined on other machines. */
async function raspberryPiModel(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, '/proc/device-tree/model'), 'utf8').catch(() => '');
  const model = text.replaceAll('\0', '').trim();
  return model.startsWith('Raspberry Pi') ? model : undefined;
}
