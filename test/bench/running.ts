import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import type { Lifetime } from './lifetime.ts';

const GIVE_UP_MS = 30_000;
const ASK_EVERY_MS = 2;
const END_WITHIN_MS = 10_000;

export interface Command {
  name: string;
  /** Program and arguments; the port that it has to listen on is free. */
  line(port: number): readonly string[];
  env?(port: number): Record<string, string>;
  /** Answers 200 when it is up. */
  path: string;
}

/** A server that answers, on a port of the loopback. */
export interface Running {
  name: string;
  pid: number;
  url: string;
  /** From the start of its process to the first 200. */
  startMs: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function firstAnswer(url: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}: ${said()}`);
    const answer = await request(url).catch(() => undefined);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return;
    await pause(ASK_EVERY_MS);
  }
  throw new Error(`${child.spawnfile} did not answer within ${GIVE_UP_MS} ms: ${said()}`);
}

/** Starts a server and waits for its first 200. It ends with the lifetime at the latest. */
export async function start({ name, line, env, path }: Command, lifetime: Lifetime): Promise<Running> {
  const port = await freePort();
  const [program = '', ...args] = line(port);
  const { PATH = '' } = process.env;
  const spawnedAt = process.hrtime.bigint();
  const child = spawn(program, args, {
    env: { PATH, NODE_ENV: 'production', BENCH_SPAWNED_AT: String(spawnedAt), ...env?.(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // Ctrl-C is for the bench alone, which then ends its servers in order
  });
  const exit = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([exit, pause(END_WITHIN_MS, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
  };
  lifetime.after(stop);
  await firstAnswer(`http://127.0.0.1:${port}${path}`, child, () => said);
  const startMs = Number(process.hrtime.bigint() - spawnedAt) / 1e6;
  return { name, pid: child.pid ?? 0, url: `http://127.0.0.1:${port}`, startMs, stop };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
