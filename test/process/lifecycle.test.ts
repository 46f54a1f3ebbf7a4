import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/process.ts';
import { withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const getJson = async (url: string) => (await request(url)).body.json() as Promise<Record<string, unknown>>;
const FAST = { EDGE_COLLECT_INTERVAL_S: '0.1' };

test('readings are there again after a restart, and after a kill -9', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const first = startProcess(t, { ...FAST, EDGE_DATA_DIR });
  const url = await first.url;
  await eventually(async () => Number((await getJson(`${url}/api/health`)).readings_stored) >= 5);
  first.child.kill('SIGTERM');
  assert.equal(await first.exit, 0);
  const second = startProcess(t, { ...FAST, EDGE_DATA_DIR });
  const stored = await getJson(`${await second.url}/api/readings?limit=1000`);
  assert.ok(Number(stored.count) >= 5);
  const [oldest] = stored.readings as { timestamp: string; led_state: string }[];
  assert.equal(oldest?.led_state, 'off');
  // The first commit of a process follows its first round at once: wait for the next one, then pull the plug.
  const committed = async () =>
    ((await getJson(`${await second.url}/api/health`)).store as { last_commit: string }).last_commit;
  const before = await eventually(committed);
  second.child.kill('SIGKILL');
  await second.exit;
  const third = startProcess(t, { EDGE_DATA_DIR });
  const { readings } = await getJson(`${await third.url}/api/readings?limit=1000`);
  const last = (readings as { timestamp: string }[]).findLast(({ timestamp }) => timestamp <= before);
  assert.ok(last !== undefined && Date.parse(before) - Date.parse(last.timestamp) < 5000);
});

test('SIGTERM makes outputs safe at once, answers what is in flight, stores the batch and exits with 0', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const server = startProcess(t, { ...FAST, EDGE_DATA_DIR });
  const url = new URL(await server.url);
  const body = '{"action":"on"}';
  const socket = connect(Number(url.port), url.hostname);
  t.after(() => socket.destroy());
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  const head = `POST /api/led HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${withKey['x-api-key']}\r\n`;
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
  await eventually(async () => Number((await getJson(`${url.origin}/api/health`)).readings_stored) >= 2);
  server.child.kill('SIGTERM');
  await eventually(() => server.out().includes('answering what is in flight'));
  socket.write(body.slice(5));
  assert.equal(await server.exit, 0);
  // A command that is complete only now would undo the safe state.
  assert.match(answer, /^HTTP\/1\.1 409 Conflict/);
  assert.match(answer, /The server is stopping: led is in its safe state/);
});

test('a request that never ends does not keep the server from exiting', async (t) => {
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t) });
  const url = new URL(await server.url);
  const socket = connect(Number(url.port), url.hostname).on('error', () => {});
  t.after(() => socket.destroy());
  socket.write(
    `POST /api/led HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${withKey['x-api-key']}\r\nContent-Length: 100\r\n\r\n{`,
  );
  await getJson(`${url.origin}/api/health`);
  server.child.kill('SIGTERM');
  assert.equal(await server.exit, 0);
});

test('the first start makes a key that only its owner can read; the log names the file and not the key', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const server = startProcess(t, { EDGE_DATA_DIR, EDGE_API_KEY: '' });
  const url = await server.url;
  const file = join(EDGE_DATA_DIR, 'api-key');
  const key = (await readFile(file, 'utf8')).trim();
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(key.length >= 43);
  await eventually(() => server.out().includes(`API key: ${file}, made at this first start`));
  assert.ok(!server.out().includes(key));
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const response = await request(`${url}/api/led`, { method: 'POST', headers, body: '{"action":"on"}' });
  assert.equal(response.statusCode, 200);
});
