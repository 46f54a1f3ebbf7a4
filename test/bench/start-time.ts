import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';

/** `npm run bench:start`: time from the start of the process to the first 200 of /api/health, of the compiled server. */
const RUNS = 7;
const GIVE_UP_MS = 20_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startOnce(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-start-'));
  const port = await freePort();
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    EDGE_DATA_DIR: folder,
    EDGE_HARDWARE: 'simulated',
    LOG_LEVEL: 'error',
  };
  const begin = performance.now();
  const child = spawn(process.execPath, ['dist/src/server.js'], { env, stdio: 'inherit' });
  try {
    while (performance.now() - begin < GIVE_UP_MS) {
      const answer = await request(`http://127.0.0.1:${port}/api/health`).catch(() => undefined);
      if (answer?.statusCode === 200) {
        await answer.body.dump();
        return performance.now() - begin;
      }
      await pause(2);
    }
    throw new Error(`no answer within ${GIVE_UP_MS} ms`);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(folder, { recursive: true });
  }
}

const times: number[] = [];
for (let run = 0; run < RUNS; run++) times.push(await startOnce());
times.sort((a, b) => a - b);
const [min, median, max] = [times[0], times[Math.floor(RUNS / 2)], times.at(-1)].map(
  (ms) => `${Math.round(ms ?? 0)} ms`,
);
console.log(`start to first 200 of /api/health, ${RUNS} starts: minimum ${min}, median ${median}, maximum ${max}`);
