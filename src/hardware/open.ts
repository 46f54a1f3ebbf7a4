import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import type { Clock } from '../clock.ts';
import { type Driver, HardwareError } from './driver.ts';
import { findHeaderChip } from './gpiochip/chip.ts';
import { openGpiochip } from './gpiochip/gpiochip-driver.ts';
import { findObstacle, thisBoard } from './pigpio/obstacle.ts';
import { openPigpio, type PigpioPlace } from './pigpio/pigpio-driver.ts';
import { kernelFiles } from './pwm/files.ts';
import { openSimulated } from './simulated.ts';

export interface OpenHardware {
  driver: Driver;
  /** Why this driver was taken, for the log and `/api/health`. */
  why: string;
  /** What is wrong with the pins right now, as a sentence for `/api/health`. */
  fault?: string | undefined;
}

interface Machine {
  clock: Clock;
  /** Folder that stands for `/`: tests put their own kernel files there. */
  root: string;
  /** What pigpio finds; tests bring their own. */
  pigpio?: Pick<PigpioPlace, 'board' | 'start'>;
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
      return { driver: await openGpiochip(kernelOf(machine)), why: 'asked for' };
    case 'pigpio':
      return { driver: await openPigpio({ ...machine, ...machine.pigpio }), why: 'asked for' };
    case 'auto':
      return openBest(machine);
  }
}

async function openBest(machine: Machine): Promise<OpenHardware> {
  const place = kernelOf(machine);
  const model = await raspberryPiModel(machine.root);
  if (model !== undefined) return openOnPi(model, machine);
  try {
    if (await findHeaderChip(place)) return { driver: await openGpiochip(place), why: "a Pi's header was found" };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return {
      driver: openSimulated(machine.clock),
      why: `this is not a Raspberry Pi, and its pins are out of reach: ${error.message}`,
    };
  }
  return { driver: openSimulated(machine.clock), why: "this is not a Raspberry Pi, and no Pi's header was found" };
}

/** pigpio where it works: whoever compiled it and starts the server as root means it. */
async function openOnPi(model: string, machine: Machine): Promise<OpenHardware> {
  const { root, pigpio } = machine;
  const obstacle = await findObstacle({ ...thisBoard(root), ...pigpio?.board });
  if (obstacle) return openWithoutPigpio(model, machine, obstacle.why);
  try {
    return { driver: await openPigpio({ ...machine, ...pigpio }), why: `this is a ${model} with pigpio` };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return openWithoutPigpio(model, machine, error.message);
  }
}

async function openWithoutPigpio(model: string, machine: Machine, reason: string): Promise<OpenHardware> {
  return { driver: await openGpiochip(kernelOf(machine)), why: `this is a ${model}; not pigpio: ${reason}` };
}

const kernelOf = ({ root, clock }: Machine) => ({
  devRoot: join(root, 'dev'),
  pwm: { files: kernelFiles, folder: join(root, 'sys/class/pwm') },
  clock,
});

/** The model as the firmware names it ("Raspberry Pi 5 Model B Rev 1.0"); undefined on other machines. */
async function raspberryPiModel(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, '/proc/device-tree/model'), 'utf8').catch(() => '');
  const model = text.replaceAll('\0', '').trim();
  return model.startsWith('Raspberry Pi') ? model : undefined;
}
