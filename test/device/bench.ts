import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Level, Rig } from '../hardware/rig.ts';

/** gpio-sim's files of the simulated header; `kernel-bench/guest/hardware.sh` makes the link. */
export const SIMULATOR = '/run/gpio-sim';
const CHIP = '/dev/gpiochip0';
const NOBODY = 65_534;

/** For `describe`: outside of the kernel bench there is nothing to test on. `test/device/run.sh` gets inside. */
export const inBench = existsSync(SIMULATOR) ? {} : { skip: 'needs the kernel bench: test/device/run.sh' };

/** The same, where pigpio is installed: on a simulated Pi 4. */
export const inPigpioBench =
  process.env.BENCH_PIGPIO === undefined ? { skip: 'needs the kernel bench with pigpio: test/device/run.sh' } : inBench;

/** The outside of the header. Line 26 belongs to the kernel. */
export const header: Rig = {
  pull: (pin, level) => writeFileSync(`${SIMULATOR}/sim_gpio${pin}/pull`, level === 1 ? 'pull-up' : 'pull-down'),
  level: (pin) => Number(readFileSync(`${SIMULATOR}/sim_gpio${pin}/value`, 'utf8')) as Level,
  taken: { pin: 26, by: 'kernel-user' },
};

/** Who runs a program; nobody named: root, as the test itself. */
export type User = { uid?: undefined; gid?: undefined } | { uid: number; gid: number };

/** A user of no importance, with or without the group that owns the chip. */
export const users = {
  root: (): User => ({}),
  gpioMember: (): User => ({ uid: NOBODY, gid: statSync(CHIP).gid }),
  stranger: (): User => ({ uid: NOBODY, gid: NOBODY }),
};

export interface Program {
  child: ChildProcess;
  output(): string;
  errors(): string;
  /** Exit code, or 128 and the signal's number as a shell has it. */
  exited: Promise<number>;
}

export function run(args: string[], options: SpawnOptions): Program {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child, 'stdout');
  const errors = collect(child, 'stderr');
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
  return { child, output, errors, exited };
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = '';
  child[stream]?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text;
}
