import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const MB = 2 ** 20;
const SAMPLE_EVERY_MS = 250;

/** A process and all that it has started. */
function familyOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))];
}

/** Memory of a process and its children in MB; what they share is counted once. */
export function pssMb(pid: number): number {
  const bytes = familyOf(pid).map((member) => {
    const [, kib = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  });
  return bytes.reduce((sum, each) => sum + each, 0) / MB;
}

/** The most that a process takes while something is done. */
export async function peakPssMb(pid: number, work: Promise<unknown>): Promise<number> {
  let peak = 0;
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  while (!done) {
    peak = Math.max(peak, pssMb(pid));
    await pause(SAMPLE_EVERY_MS);
  }
  await work;
  return peak;
}

/** Seconds on a processor of all threads of a process and its children. */
export function cpuSeconds(pid: number): number {
  const nanoseconds = familyOf(pid).flatMap((member) =>
    readdirSync(`/proc/${member}/task`).map((thread) =>
      Number(readFileSync(`/proc/${member}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    ),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
}
