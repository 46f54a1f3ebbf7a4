import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import SQLite from 'better-sqlite3';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Starts a server that must not come up, and answers what it says about it. */
async function refusal(
  t: TestContext,
  env: Record<string, string>,
): Promise<{ status: number | string; says: string }> {
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t), LOG_LEVEL: 'silent', ...env });
  const status = await server.exit;
  const says = server.err();
  assert.doesNotMatch(says, /\n\s+at |node:internal|Error:/, 'no stack trace');
  assert.equal(server.out(), '');
  return { status, says };
}

test('a wrong file: one line for each fault, exit 78', async (t) => {
  const file = join(temporaryFolder(t), 'edge.yaml');
  await writeFile(file, 'collect:\n  interval_s: fast\noutputs:\n  - { id: led, pin: 40 }\n');
  const { status, says } = await refusal(t, { EDGE_CONFIG: file });
  assert.equal(status, 78);
  assert.deepEqual(says.trim().split('\n'), [
    `${file}:2: collect.interval_s must be a number, but is "fast"`,
    `${file}:4: outputs[0].pin must be at most 27, but is 40`,
  ]);
});

test('a file that is not there: exit 78', async (t) => {
  const { status, says } = await refusal(t, { EDGE_CONFIG: '/nowhere/edge.yaml' });
  assert.equal(status, 78);
  assert.equal(says, 'Cannot read the configuration file /nowhere/edge.yaml: there is no such file.\n');
});

test('a misspelt variable: exit 78', async (t) => {
  const { status, says } = await refusal(t, { EDGE_HARDWRAE: 'simulated' });
  assert.equal(status, 78);
  assert.equal(says, 'EDGE_HARDWRAE: there is no such setting\n');
});

test('a busy port: one sentence that names it, exit 1', async (t) => {
  const first = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t) });
  const { port } = new URL(await first.url);
  const { status, says } = await refusal(t, { PORT: port });
  assert.equal(status, 1);
  assert.equal(says, `Port ${port} is already in use: stop the other program, or set PORT to another number.\n`);
});

test('a missing data directory: one sentence, exit 1, and nothing is made in its place', async (t) => {
  const { status, says } = await refusal(t, { EDGE_DATA_DIR: '/nowhere/usb-disk' });
  assert.equal(status, 1);
  assert.match(says, /^The data directory \/nowhere\/usb-disk does not exist: .*EDGE_DATA_DIR\.\n$/);
});

test('a data directory that cannot be written: one sentence, exit 1', async (t) => {
  // /proc refuses new files to everybody, root too.
  const { status, says } = await refusal(t, { EDGE_DATA_DIR: '/proc/self' });
  assert.equal(status, 1);
  assert.match(says, /^Cannot write to the data directory \/proc\/\S+: .*\n$/);
});

for (const [driver, sentence] of [
  ['gpiochip', /^No Raspberry Pi header.*\n$/],
  ['pigpio', /^pigpio cannot be used: it works on a Raspberry Pi 0 to 4 only; use EDGE_HARDWARE=gpiochip\n$/],
] as const) {
  test(`a driver that was asked for and is not there (${driver}): one sentence, exit 1, nothing simulated instead`, async (t) => {
    const { status, says } = await refusal(t, { EDGE_HARDWARE: driver });
    assert.equal(status, 1);
    assert.match(says, sentence);
  });
}

test('a database of a newer release: one sentence, exit 78, which no service manager tries again', async (t) => {
  const EDGE_DATA_DIR = temporaryFolder(t);
  const database = new SQLite(join(EDGE_DATA_DIR, 'edge.db'));
  database.pragma('user_version = 99');
  database.close();
  const { status, says } = await refusal(t, { EDGE_DATA_DIR });
  assert.equal(status, 78);
  assert.match(says, /^The database was written by a newer version .*install\.sh --rollback.*\n$/);
});
