import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isThere } from './machine.ts';
import { API_KEY } from './product.ts';
import type { Bench } from './question.ts';

const SCRIPT = new URL('./wrk.lua', import.meta.url).pathname;
const BEYOND_S = 15;

export interface Load {
  path: string;
  connections: number;
  seconds: number;
  /** Sent with POST and the key. */
  body?: string;
  /** A file of paths to take in turns. */
  paths?: string;
}

export interface Seen {
  requestsPerS: number;
  p50Ms: number;
  p99Ms: number;
  /** Requests without an answer, or with another than 2xx or 3xx. */
  failed: number;
}

export function needsWrk(bench: Bench): boolean {
  if (isThere('sh', '-c', 'command -v wrk')) return true;
  bench.skip('wrk is not there (`apt-get install wrk`): nothing was loaded.');
  return false;
}

/** Loads a server from one thread of wrk; answers what that thread has seen. */
export async function load(url: string, { path, connections, seconds, body, paths }: Load): Promise<Seen> {
  const { PATH = '' } = process.env;
  const post = body === undefined ? {} : { BENCH_METHOD: 'POST', BENCH_BODY: body, BENCH_KEY: API_KEY };
  const env = { PATH, ...post, ...(paths === undefined ? {} : { BENCH_PATHS: paths }) };
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', SCRIPT, `${url}${path}`];
  const { stdout } = await promisify(execFile)('wrk', args, { env, timeout: (seconds + BEYOND_S) * 1000 });
  const seen = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  return {
    requestsPerS: (seen.requests / seen.durationUs) * 1e6,
    p50Ms: seen.p50Us / 1000,
    p99Ms: seen.p99Us / 1000,
    failed: seen.refused + seen.broken,
  };
}
