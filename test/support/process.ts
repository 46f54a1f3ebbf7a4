import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { API_KEY } from './server.ts';

export interface ServerProcess {
  child: ChildProcess;
  /** Everything on standard output and on standard error so far. */
  out: () => string;
  err: () => string;
  /** Address that it listens on; rejects when it ends first. */
  url: Promise<string>;
  /** Exit status; a signal's name where one ended it. */
  exit: Promise<number | string>;
}

/** Starts the real server as a process of its own, on simulated pins and a free port of the loopback. */
export function startProcess(
  t: TestContext,
  env: Record<string, string>,
  cwd = process.cwd(),
  under: readonly string[] = [],
): ServerProcess {
  const entry = new URL('../../src/server.ts', import.meta.url).pathname;
  const base = { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0', EDGE_HARDWARE: 'simulated' };
  const coverage = process.env.NODE_V8_COVERAGE;
  const [command = '', ...args] = [...under, process.execPath, entry];
  const child = spawn(command, args, {
    cwd,
    env: { ...base, EDGE_API_KEY: API_KEY, ...(coverage ? { NODE_V8_COVERAGE: coverage } : {}), ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk) => (err += chunk));
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const address = /Server listening at (http:\/\/[\d.:]+)/.exec(out)?.[1];
      if (address !== undefined) resolve(address);
    });
    void exit.then((status) => reject(new Error(`ended with ${status}: ${err}${out}`)));
  });
  url.catch(() => {}); // a test that waits for the exit does not wait for the address
  return { child, out: () => out, err: () => err, url, exit };
}
