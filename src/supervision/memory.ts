import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EX_CONFIG, StartError } from '../start-error.ts';
import { groupFiles } from './control-groups.ts';

const MB = 2 ** 20;

/**
 * With less the server starts, if at all, and then reads its own program from the card again and again: measured with
 * its page cache in the same control group, see docs/deployment.md.
 */
export const MIN_MEMORY_MB = 112;

/** What limits the memory of a group: systemd's `MemoryMax=` and `MemoryHigh=`. */
const LIMITS = [
  { setting: 'MemoryMax', controller: 'memory', v1: 'memory.limit_in_bytes', v2: 'memory.max' },
  { setting: 'MemoryHigh', controller: 'memory', v2: 'memory.high' },
] as const;

/** Throws StartError where this process gets less memory than the server works with. Without a word from the kernel it goes on. */
export function requireMemory(root: string): void {
  const mb = (bytes: number) => Math.floor(bytes / MB);
  const limits = LIMITS.flatMap(({ setting, ...file }) =>
    groupFiles(file, root).map((limit) => ({ ...limit, setting })),
  );
  for (const { setting, group, file, value } of limits) {
    if (mb(value) >= MIN_MEMORY_MB) continue;
    const unit = group.endsWith('.service') ? 'in the unit of the service' : `of the control group ${group}`;
    throw new StartError(
      `The server needs ${MIN_MEMORY_MB} MB of memory and may use ${mb(value)} MB (${file} of ${group}): ` +
        `set ${setting}= ${unit} to ${MIN_MEMORY_MB}M or more.`,
      EX_CONFIG,
    );
  }
  const machine = memTotal(root);
  if (machine === undefined || mb(machine) >= MIN_MEMORY_MB) return;
  throw new StartError(
    `The server needs ${MIN_MEMORY_MB} MB of memory and this machine has ${mb(machine)} MB (MemTotal in /proc/meminfo): ` +
      'use a board with more.',
    EX_CONFIG,
  );
}

function memTotal(root: string): number | undefined {
  try {
    const kilobytes = /^MemTotal: +(\d+) kB$/m.exec(readFileSync(join(root, '/proc/meminfo'), 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
