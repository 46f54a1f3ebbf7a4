import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { getJson, type Life } from './device.ts';

const FAILING_DISK =
  '-f -qq -o /dev/null -e trace=pwrite64,fsync,fdatasync -e inject=pwrite64,fsync,fdatasync:error=EIO'.split(' ');

/** From now on every write and sync of the server fails; answers what ends that. */
export function failEveryWrite(t: TestContext, { child }: Life): () => void {
  const strace = spawn('strace', [...FAILING_DISK, '-p', String(child.pid)], { stdio: 'ignore' });
  t.after(() => strace.kill('SIGKILL'));
  return () => strace.kill('SIGINT'); // it lets go of the server
}

/** Mounted for the length of a test. */
export function aSmallDisk(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8M', 'tmpfs', folder]);
  t.after(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Writes until the disk is full. */
export function spillOver(file: string): void {
  try {
    for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

export interface Health {
  status: string;
  reasons: string[];
  store: { pending_rows: number };
}
export const health = ({ url }: Life) => getJson<Health>(`${url}/api/health`);
export const isWell = ({ status, store }: Health) => status === 'healthy' && store.pending_rows < 10;
