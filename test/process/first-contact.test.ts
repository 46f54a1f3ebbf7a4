import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { spillOver } from '../faults/disks.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function diskOf(t: TestContext, spoil: (folder: string) => void): string | undefined {
  if (process.getuid?.() !== 0) return t.skip('a disk of its own needs root') as undefined;
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-first-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2M', 'tmpfs', folder]);
  t.after(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  spoil(folder);
  return folder;
}

for (const [what, spoil] of [
  ['read-only', (folder: string) => execFileSync('mount', ['-o', 'remount,ro', folder])],
  ['full', (folder: string) => spillOver(join(folder, 'spill'))],
] as const) {
  test(`a ${what} disk at the start is reported once, with all that it means`, async (t) => {
    const EDGE_DATA_DIR = diskOf(t, spoil);
    if (EDGE_DATA_DIR === undefined) return;
    const server = startProcess(t, { EDGE_DATA_DIR, EDGE_COLLECT_INTERVAL_S: '0.2' });
    const url = await server.url;
    const ticks = async () =>
      ((await (await fetch(`${url}/api/health`)).json()) as { collector: { ticks: number } }).collector.ticks;
    await eventually(async () => (await ticks()) > 10);
    const lines = server
      .out()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    const faults = lines.filter(({ level }) => level >= 40);
    assert.equal(faults.length, 1, JSON.stringify(faults));
    assert.match(faults[0]?.msg ?? '', /^the database is out of reach: .*Until it is back, .*make-safe\.$/);
    assert.equal(server.err(), '');
  });
}

test('elsewhere than on a terminal the log is JSON lines, one of them with the address of the documentation', async (t) => {
  const server = startProcess(t, { EDGE_DATA_DIR: temporaryFolder(t) });
  const url = await server.url;
  await eventually(() => server.out().includes(`documentation: ${url}/docs"`));
  for (const line of server.out().trim().split('\n')) assert.equal(typeof JSON.parse(line), 'object');
});

test('on a terminal the log is sentences, one of them with the address of the documentation', async (t) => {
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0', EDGE_HARDWARE: 'simulated', NO_COLOR: '1' },
    EDGE_DATA_DIR: temporaryFolder(t),
  };
  // `script` gives it a terminal; `exec` so that its end is the server's.
  const terminal = spawn('script', ['-qec', `exec ${process.execPath} src/server.ts`, '/dev/null'], { env });
  t.after(() => terminal.kill('SIGKILL'));
  let out = '';
  terminal.stdout.on('data', (chunk) => (out += chunk));
  await eventually(() => out.includes('documentation'));
  assert.match(out, /^\d\d:\d\d:\d\d info {2}pins: simulated header/m);
  assert.match(out, /documentation: http:\/\/127\.0\.0\.1:\d+\/docs\r?$/m);
  assert.doesNotMatch(out, /^\{/m);
  assert.equal(out, stripVTControlCharacters(out), 'NO_COLOR is honoured');
});
