import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/**
 * Whether a program works here. Where it does not, the test is skipped with the reason; in CI, which has to have it,
 * the test fails.
 */
export function isThere(t: TestContext, [program = '', ...args]: readonly string[], why: string): boolean {
  if (spawnSync(program, args).status === 0) return true;
  if (process.env.CI === 'true') throw new Error(why);
  t.skip(why);
  return false;
}

const STRACE = ['strace', '-f', '-qq', '-o', '/dev/null'];

export const hasStrace = (t: TestContext) =>
  isThere(t, [...STRACE, 'true'], 'strace is not there, or may not trace: apt-get install strace');

/** Runs a program that is killed when any of its threads begins its n-th write to a place in a file. */
export const killedAtWrite = (n: number) => [
  ...STRACE,
  '-D',
  '-e',
  `inject=pwrite64:signal=KILL:when=${n}`,
  '-e',
  'trace=pwrite64',
];

/** Runs a program whose fsyncs from the n-th on take this long. Nothing else of it is slowed down. */
export const stalledFrom = (n: number, stallMs: number) => {
  const inject = `inject=fsync,fdatasync:delay_enter=${stallMs * 1000}:when=${n}+`;
  return [...STRACE, '-D', '--seccomp-bpf', '-e', 'trace=fsync,fdatasync', '-e', inject];
};

const TRY_TO_MOUNT =
  'd=$(mktemp -d); cd "$d" && truncate -s 8M card && mkfs.ext4 -q card && mkdir m && mount -o loop card m && umount m; ' +
  'works=$?; rm -rf "$d"; exit $works';

/** Whether an image can be mounted here: that takes root and loop devices. */
export function canMountImages(t: TestContext): boolean {
  if (process.getuid?.() === 0) return isThere(t, ['sh', '-c', TRY_TO_MOUNT], 'loop devices are not there');
  t.skip('a power cut needs root, to mount an image of a card');
  return false;
}
