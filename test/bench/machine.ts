import { spawnSync } from 'node:child_process';
import { arch, cpus, release, type } from 'node:os';

/** One line about where it was measured. */
export function machine(): string {
  const [cpu] = cpus();
  const model = cpu?.model.trim() ?? 'processor';
  return `${cpus().length} cores of ${model} (${arch()}), ${type()} ${release()}, Node ${process.versions.node}`;
}

/** Whether a program can be started here. */
export function isThere(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { timeout: 20_000 }).status === 0;
}

/** Debian's own Python, whose packages the peers come from, whatever else stands in PATH. */
export const PYTHON = '/usr/bin/python3';

export const hasPython = (module: string): boolean => isThere(PYTHON, '-c', `import ${module}`);
