import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { hasPython, PYTHON } from './machine.ts';
import type { Bench } from './question.ts';
import { type Command, type Running, start } from './running.ts';

const PEERS = new URL('./peers/', import.meta.url).pathname;
const PATH = '/api/health';

export const FLASK = 'Flask, gunicorn';
export const FASTAPI = 'FastAPI, uvicorn';
export const HTTP = 'node:http, bare';
export const FASTIFY = 'Fastify, bare';

const flask: Command = {
  name: FLASK,
  path: PATH,
  line: (port) =>
    [
      PYTHON,
      '-m',
      'gunicorn',
      '--chdir',
      PEERS,
      '--workers',
      '2',
      '--timeout',
      '30',
      '--bind',
      `127.0.0.1:${port}`,
    ].concat('edge_flask:app'),
};

const fastapi: Command = {
  name: FASTAPI,
  path: PATH,
  line: (port) =>
    [PYTHON, '-m', 'uvicorn', '--app-dir', PEERS, '--host', '127.0.0.1', '--port', String(port)].concat(
      '--no-access-log',
      'edge_fastapi:app',
    ),
};

/** Both send what the product has answered: the file holds its bodies by path. */
const node = (name: string, script: string, bodies: string): Command => ({
  name,
  path: PATH,
  line: (port) => [process.execPath, join(PEERS, script), String(port), bodies],
});

/** Peers of other languages that this machine has. */
export function pythonPeers(bench: Bench): Command[] {
  return [
    { command: flask, modules: ['flask', 'gunicorn'], packages: 'python3-flask gunicorn' },
    { command: fastapi, modules: ['fastapi', 'uvicorn'], packages: 'python3-fastapi uvicorn' },
  ].flatMap(({ command, modules, packages }) => {
    if (modules.every(hasPython)) return [command];
    bench.skip(`${command.name} is not there (\`apt-get install ${packages}\`).`);
    return [];
  });
}

/** The peers, beside a product that is up. */
export async function startPeers(bench: Bench, ours: Running, paths: readonly string[]): Promise<Running[]> {
  const bodies: Record<string, string> = {};
  for (const path of paths) bodies[path] = await (await request(`${ours.url}${path}`)).body.text();
  const file = join(temporaryFolder(bench.lifetime), 'bodies.json');
  writeFileSync(file, JSON.stringify(bodies));
  const commands = [...pythonPeers(bench), node(HTTP, 'bare-http.ts', file), node(FASTIFY, 'bare-fastify.ts', file)];
  const peers: Running[] = [];
  for (const command of commands) peers.push(await start(command, bench.lifetime));
  return peers;
}
