import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PRELOAD = new URL('./interrupt.ts', import.meta.url).href;
const HEATER = { id: 'heater', pin: 17, initial: 'on', safe: 'off' };

/** A start that does not come further than the claim of its pins. */
async function interrupt(t: TestContext, how: 'broken' | 'stopped') {
  const folder = temporaryFolder(t);
  const file = join(folder, 'edge.yaml');
  writeFileSync(file, JSON.stringify({ outputs: [HEATER] }));
  const server = startProcess(t, {
    ...{ EDGE_DATA_DIR: folder, EDGE_CONFIG: file },
    ...{ NODE_OPTIONS: `--import ${PRELOAD}`, INTERRUPT: how },
  });
  const status = await server.exit;
  const pins = server
    .err()
    .split('\n')
    .filter((line) => /^pins? /.test(line));
  const noted = JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8'));
  return { status, pins, noted, err: server.err() };
}

const SAFE = ['pin 17 shows 1', 'pin 17 shows 0', 'pins are closed'];

test('a server that cannot be loaded leaves its outputs safe, and says what is broken', async (t) => {
  const { status, pins, noted, err } = await interrupt(t, 'broken');
  assert.notEqual(status, 0);
  assert.deepEqual(pins, SAFE);
  assert.match(err, /half an installation/);
  assert.equal(noted.outputs[0].id, 'heater');
});

test('a server that is stopped while it is being loaded leaves its outputs safe', async (t) => {
  const { status, pins, noted } = await interrupt(t, 'stopped');
  assert.equal(status, 'SIGTERM');
  assert.deepEqual(pins, SAFE);
  assert.equal(noted.outputs[0].id, 'heater');
});
