import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const makeSafe = (env: Record<string, string>) =>
  spawnSync(process.execPath, ['src/make-safe.ts'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', EDGE_HARDWARE: 'simulated', ...env },
  });

test('a second server in a data directory ends with one sentence that names the first, which is well', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const first = startProcess(t, { EDGE_DATA_DIR });
  const url = await first.url;
  const second = startProcess(t, { EDGE_DATA_DIR, EDGE_API_KEY: '' });
  assert.equal(await second.exit, 1);
  const sentence = new RegExp(
    `^The data directory ${EDGE_DATA_DIR} is in use by process ${first.child.pid} \\(.*node.* .*server\\.ts\\): stop that one, .*EDGE_DATA_DIR.*\\.\\n$`,
  );
  assert.match(second.err(), sentence);
  assert.equal((await fetch(`${url}/api/health`)).status, 200);
});

test('the command that makes safe refuses beside a live server', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const server = startProcess(t, { EDGE_DATA_DIR });
  await server.url;
  const { status, stdout, stderr } = makeSafe({ EDGE_DATA_DIR });
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(
    stderr,
    new RegExp(`^No output was made safe\\. The data directory .* process ${server.child.pid} .*\\n$`),
  );
});

test('beside a server with a directory from its configuration, too', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'edge.yaml'), JSON.stringify({ store: { dir: join(folder, 'data') } }));
  const env = { EDGE_CONFIG: join(folder, 'edge.yaml') };
  const server = startProcess(t, env);
  await server.url;
  assert.match(makeSafe(env).stderr, new RegExp(`process ${server.child.pid} `));
});

test('a server that was killed keeps nobody out, whatever it has left behind', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const first = startProcess(t, { EDGE_DATA_DIR });
  await first.url;
  first.child.kill('SIGKILL');
  await first.exit;
  assert.equal(makeSafe({ EDGE_DATA_DIR }).status, 0);
  await startProcess(t, { EDGE_DATA_DIR }).url;
});

/** The last command of `npm start`, with the sources in the place of the compiled server. */
const START = (JSON.parse(readFileSync('package.json', 'utf8')).scripts.start as string)
  .split('&&')
  .at(-1)
  ?.replace('node dist/src/server.js', '"$NODE" src/server.ts');

/** Stands for npm: starts the server as `npm start` does. */
async function startedByNpm(t: TestContext) {
  const env = {
    NODE: process.execPath,
    HOST: '127.0.0.1',
    PORT: '0',
    EDGE_HARDWARE: 'simulated',
    EDGE_DATA_DIR: temporaryFolder(t),
  };
  const script = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(START)}], { stdio: 'inherit' })`;
  const npm = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  npm.stdout.on('data', (chunk) => (out += chunk));
  const closed = new Promise<string>((resolve) => npm.stdout.on('close', () => resolve(out)));
  t.after(() => npm.kill('SIGKILL'));
  await t.waitFor(() => assert.match(out, /documentation/), { interval: 50, timeout: 30_000 });
  return { npm, closed };
}

test('killing npm leaves no server behind: it ends in order', async (t) => {
  const { npm, closed } = await startedByNpm(t);
  npm.kill('SIGKILL');
  assert.match(await closed, /SIGTERM: answering what is in flight/); // its output is closed when it has ended
});

test('a signal to the process that npm starts reaches the server: there is no shell between', async (t) => {
  const { npm, closed } = await startedByNpm(t);
  const [child] = readFileSync(`/proc/${npm.pid}/task/${npm.pid}/children`, 'utf8').split(' ');
  process.kill(Number(child), 'SIGTERM');
  assert.match(await closed, /SIGTERM: answering what is in flight/);
});

test('a signal that comes twice, from the terminal and from npm, ends the server once and in order', async (t) => {
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t) });
  await server.url;
  server.child.kill('SIGINT');
  server.child.kill('SIGTERM');
  await new Promise((resolve) => server.child.stdout?.once('data', resolve));
  server.child.kill('SIGINT');
  assert.equal(await server.exit, 0);
  assert.doesNotMatch(server.err(), /second/);
});

test('a server whose npm is gone already does not start', async (t) => {
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t), NPM_PID: '4194303' });
  assert.equal(await server.exit, 1);
  assert.match(server.err(), /^npm, .* has ended\.\n$/);
});
