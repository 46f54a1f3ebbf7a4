import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import { type KernelClock, openKernelClock } from './kernel-clock.ts';

/** Made by systemd-timesyncd at the first synchronisation after the machine's start. */
const TIMESYNCD_FLAG = '/run/systemd/timesync/synchronized';
const CHRONYC_TIMEOUT_MS = 2000;

/** Asks whether the wall clock has been set from the network since the machine's start. */
export type Synchronised = () => Promise<boolean>;

const WAITS_FOR: Readonly<Record<Config['clock']['trust'], string>> = {
  auto: 'systemd-timesyncd, chrony or another service that sets the clock from the network',
  timesyncd: 'systemd-timesyncd',
  chrony: 'chrony',
  always: 'nothing',
};

/** Why the clock is not trusted yet, and which setting changes that. */
export function waitingSentence(trust: Config['clock']['trust'], { isPossible }: { isPossible: boolean }): string {
  if (!isPossible) return 'The clock shows a time after the year 9999, which is not believed: set it.';
  const advice = 'set clock.trust (EDGE_CLOCK_TRUST) to what sets the clock here, or to always if it is right anyway';
  return `The clock is not trusted yet: it waits for ${WAITS_FOR[trust]}; ${advice}.`;
}

/** The source that is configured; `auto` believes each service that is there, and the kernel, which they all tell. */
export function synchronisedBy(trust: Config['clock']['trust'], root: string, kernel = kernelOf(root)): Synchronised {
  const timesyncd = () =>
    access(join(root, TIMESYNCD_FLAG)).then(
      () => true,
      () => false,
    );
  switch (trust) {
    case 'always':
      return async () => true;
    case 'timesyncd':
      return timesyncd;
    case 'chrony':
      return chrony;
    case 'auto':
      return async () => (await timesyncd()) || (await kernel()) || (await chrony());
  }
}

/** The kernel of this machine; a folder that stands for another one has none. Opened when it is asked first. */
function kernelOf(root: string): Synchronised {
  if (root !== '/') return async () => false;
  let opened: Promise<KernelClock> | undefined;
  return async () => {
    opened ??= openKernelClock();
    return opened.then(
      (isSynchronised) => isSynchronised(),
      () => false, // it has no such call: the services are asked all the same
    );
  };
}

/** A reference and a leap status (7F7F0101 is no reference: chrony then serves the machine's own clock to others). */
const FOLLOWS = /^(?!7F7F0101,)[0-9A-F]{8},.*,(Normal|Insert second|Delete second)$/;

/** `chronyc -c tracking` answers one line of comma-separated values. */
function chrony(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('chronyc', ['-c', 'tracking'], { timeout: CHRONYC_TIMEOUT_MS }, (error, out) => {
      resolve(error === null && FOLLOWS.test(out.trimEnd()));
    });
  });
}

/** Identity of this start of the machine; one of its own where the kernel gives none, so that nothing is tied together. */
export async function bootIdentity(root: string): Promise<string> {
  const text = await readFile(join(root, '/proc/sys/kernel/random/boot_id'), 'utf8').catch(() => '');
  return text.trim() || randomUUID();
}
