import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputConfig } from '../../schemas/devices.ts';
import type { Driver } from '../hardware/driver.ts';

/** What a server drives, for whoever has to make it safe when that server is gone. */
export interface Driven {
  driver: Driver['name'];
  outputs: readonly OutputConfig[];
}

const FILE = 'outputs.json';

/** Writes it beside the database; a card that has it already is spared. Throws what the disk says. */
export function noteDriven(directory: string, driven: Driven): void {
  const path = join(directory, FILE);
  const text = `${JSON.stringify(driven)}\n`;
  if (textOf(path) === text) return;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path); // whole or not at all
}

/** What was driven last; undefined where nobody has noted it, or the disk has spoilt it. */
export function readDriven(directory: string): Driven | undefined {
  try {
    return JSON.parse(textOf(join(directory, FILE)));
  } catch {
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
