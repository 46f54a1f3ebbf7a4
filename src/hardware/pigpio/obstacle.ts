import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What keeps pigpio from working, as two half-sentences: "it needs root", "start the server as root". */
export interface Obstacle {
  why: string;
  advice: string;
}

export interface Board {
  /** Folder that stands for `/`. */
  root: string;
  uid: number | undefined;
  /** Main file of the npm package, where it is installed. */
  packageFile: string | undefined;
}

/** Where this process stands. Imports nothing: the package fills the console where it does not work. */
export const thisBoard = (root: string): Board => ({ root, uid: process.getuid?.(), packageFile: findPackage() });

/** What can be known without trying. "The import worked" would say nothing: it works without a library, too. */
export async function findObstacle({ root, uid, packageFile }: Board): Promise<Obstacle | undefined> {
  if (!(await isKnownToPigpio(root))) {
    return { why: 'it works on a Raspberry Pi 0 to 4 only', advice: 'use EDGE_HARDWARE=gpiochip' };
  }
  if (uid !== 0) {
    const advice = 'start the server as root, or use EDGE_HARDWARE=gpiochip, which needs the group gpio only';
    return { why: 'it needs root', advice };
  }
  if (packageFile === undefined) {
    return { why: 'the npm package pigpio is not installed', advice: 'run "npm ci --include=optional"' };
  }
  if (!(await isCompiled(packageFile))) {
    const advice = 'install libpigpio, then run "npm rebuild pigpio --ignore-scripts=false"';
    return { why: 'the npm package pigpio is not compiled', advice };
  }
  return undefined;
}

/** Processors BCM2835 to BCM2711, read from the board's revision code as libpigpio reads it. */
async function isKnownToPigpio(root: string): Promise<boolean> {
  const bytes = await readFile(join(root, 'proc/device-tree/system/linux,revision')).catch(() => Buffer.alloc(0));
  if (bytes.length !== 4) return false;
  const revision = bytes.readUInt32BE() & 0xff_ff_ff;
  const isNewStyle = (revision & 0x80_00_00) !== 0;
  return isNewStyle ? ((revision >> 12) & 0xf) <= 3 : revision > 0 && revision < 0x16;
}

function findPackage(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve('pigpio'));
  } catch {
    return undefined;
  }
}

/** Without libpigpio the install "succeeds", and leaves a binding with nothing in it. */
async function isCompiled(packageFile: string): Promise<boolean> {
  const binding = await readFile(join(packageFile, '../build/Release/pigpio.node')).catch(() => Buffer.alloc(0));
  return binding.includes('libpigpio.so');
}
