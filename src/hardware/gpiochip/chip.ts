import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { HardwareError } from '../driver.ts';
import { type Kernel, loadKernel, refusalCode } from './kernel.ts';
import { decodeChipInfo, emptyChipInfo, GET_CHIP_INFO } from './uapi.ts';

/** The controller of the 40-pin header. */
export interface HeaderChip {
  path: string;
  label: string;
  lines: number;
}

/** Where chips are looked for and through what; tests bring their own. */
export interface Place {
  devRoot?: string;
  kernel?: Kernel;
}

/**
 * Labels that the kernel's drivers give the header's controller: Pi 5, Pi 4, and all before them, the Zero 2 W included.
 * Numbers say nothing: the header of a Pi 5 is gpiochip4, gpiochip0 or gpiochip15, as the kernel's version will have it.
 */
export const HEADER_LABELS: readonly string[] = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'];

/**
 * The header's chip, or `undefined` on a machine without one; costs one directory listing where there is no chip at all.
 * Throws {@link HardwareError} where a chip may not be looked at and no other is the header's.
 */
export async function findHeaderChip(place: Place = {}): Promise<HeaderChip | undefined> {
  return (await survey(place)).header;
}

/** The header's chip; a {@link HardwareError} that says what was seen instead when there is none. */
export async function requireHeaderChip(place: Place = {}): Promise<HeaderChip> {
  const { header, seen } = await survey(place);
  if (header) return header;
  const devRoot = place.devRoot ?? '/dev';
  const instead = seen.length > 0 ? `found only ${seen.join(', ')}` : `there is no ${devRoot}/gpiochip*`;
  throw new HardwareError(`No Raspberry Pi header controller (${HEADER_LABELS.join(', ')}): ${instead}`);
}

async function survey({ devRoot = '/dev', kernel }: Place): Promise<{ header?: HeaderChip; seen: string[] }> {
  const paths = await chipPaths(devRoot);
  const seen: string[] = [];
  if (paths.length === 0) return { seen };

  const calls = kernel ?? (await loadKernel());
  let forbidden: string | undefined;
  for (const path of paths) {
    try {
      const chip = inspect(calls, path);
      if (HEADER_LABELS.includes(chip.label)) return { header: chip, seen };
      seen.push(`${path} (${chip.label})`);
    } catch (error) {
      const code = refusalCode(error);
      if (code === undefined) throw error;
      if (code === 'EACCES' || code === 'EPERM') forbidden ??= path;
      seen.push(`${path} (${code})`);
    }
  }
  if (forbidden) throw new HardwareError(noPermission(forbidden));
  return { seen };
}

async function chipPaths(devRoot: string): Promise<string[]> {
  const names = await readdir(devRoot).catch(() => []);
  const chips = names.filter((name) => /^gpiochip\d+$/.test(name));
  return chips.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8))).map((name) => join(devRoot, name));
}

function inspect(kernel: Kernel, path: string): HeaderChip {
  const fd = kernel.open(path);
  try {
    const info = emptyChipInfo();
    kernel.ioctl(fd, GET_CHIP_INFO, info);
    const { label, lines } = decodeChipInfo(info);
    return { path, label, lines };
  } finally {
    kernel.close(fd);
  }
}

function noPermission(path: string): string {
  return `No permission on ${path}: add the user to the group gpio (sudo usermod -aG gpio ${userName()}) and log in again`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in a container.
    return 'NAME';
  }
}
