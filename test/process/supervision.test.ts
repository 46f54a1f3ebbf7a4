import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { aNotifySocket } from '../supervision/notify-listener.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WATCHDOG = { WATCHDOG_USEC: '300000' };

test('a server that was started by a service manager tells when it serves, that it lives, and that it stops', async (t) => {
  const { address, heard } = aNotifySocket(t);
  const environment = { EDGE_DATA_DIR: temporaryFolder(t), NOTIFY_SOCKET: address, ...WATCHDOG };
  const server = startProcess(t, environment);
  const port = new URL(await server.url).port;
  await eventually(() => heard().filter((message) => message === 'WATCHDOG=1').length >= 5);
  assert.equal(heard()[0], `READY=1\nSTATUS=serving port ${port}`);
  server.child.kill('SIGTERM');
  assert.equal(await server.exit, 0);
  assert.equal(heard().at(-1), 'STOPPING=1\nSTATUS=stopping');
});

test('a server that is stopped or blocked gives no sign of life', async (t) => {
  const { address, heard } = aNotifySocket(t);
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t), NOTIFY_SOCKET: address, ...WATCHDOG });
  await eventually(() => heard().length >= 3);
  server.child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = heard().length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(heard().length, before);
  server.child.kill('SIGCONT');
  await eventually(() => heard().length > before);
});

test('a server whose service manager cannot be reached says so, and serves', async (t) => {
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t), NOTIFY_SOCKET: '/nowhere/notify' });
  await server.url;
  await eventually(() => server.out().includes('the service manager cannot be told'));
});

const makeSafe = (env: Record<string, string>) =>
  spawnSync(process.execPath, ['src/make-safe.ts'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });

test('the command that makes safe says what it did, and how', () => {
  const { status, stdout, stderr } = makeSafe({ EDGE_HARDWARE: 'simulated' });
  assert.deepEqual([status, stdout, stderr], [0, '1 outputs are safe (simulated header)\n', '']);
});

test('the command that makes safe knows what the last server drove, whatever the configuration has become', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'edge.yaml');
  writeFileSync(file, 'outputs:\n  - { id: led, pin: 17 }\n  - { id: vent, pin: 22, safe: on }\n');
  const env = { EDGE_CONFIG: file, EDGE_DATA_DIR: folder };
  const server = startProcess(t, env);
  await server.url;
  server.child.kill('SIGKILL');
  await server.exit;
  writeFileSync(file, 'outputs: none\n');
  const { status, stdout, stderr } = makeSafe(env);
  assert.deepEqual([status, stdout, stderr], [0, '2 outputs are safe (simulated header)\n', '']);
});

test('the command that makes safe says in one line what keeps it from that', (t) => {
  const file = join(temporaryFolder(t), 'edge.yaml');
  writeFileSync(file, 'outputs:\n  - { id: led, pin: 99 }\n');
  const wrong = makeSafe({ EDGE_CONFIG: file });
  assert.equal(wrong.status, 78);
  assert.match(wrong.stderr, /^No output was made safe\. \S+:2: outputs\[0\]\.pin must be at most 27.*\n$/);
  const pinless = makeSafe({ EDGE_HARDWARE: 'gpiochip' });
  assert.deepEqual([pinless.status, pinless.stderr.split('\n').length], [1, 2], pinless.stderr);
});
