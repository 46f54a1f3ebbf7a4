import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** As in the unit: sensor files that hang must not stop the others. */
const UV_THREADPOOL_SIZE = '16';
const NEEDED = 25;

/** A control group with at most so many tasks; undefined where this machine lets nobody make one. */
function aGroup(t: TestContext, most: number): string | undefined {
  const group = `/sys/fs/cgroup/pids/pi-edge-api-test-${process.pid}-${most}`;
  try {
    mkdirSync(group);
    writeFileSync(join(group, 'pids.max'), `${most}`);
  } catch {
    return void t.skip('no control group can be made here: it takes root and the controller for pids of version 1');
  }
  t.after(() =>
    eventually(() => readFileSync(join(group, 'cgroup.procs'), 'utf8') === '').then(() => rmdirSync(group)),
  );
  return group;
}

/** The server is in the group before its first thread is made. */
function startIn(t: TestContext, group: string) {
  const enter = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"';
  const env = { EDGE_DATA_DIR: temporaryFolder(t), UV_THREADPOOL_SIZE };
  return startProcess(t, env, process.cwd(), ['sh', '-c', enter, 'sh', group]);
}

for (const most of [7, NEEDED - 1]) {
  test(`with ${most} tasks the server ends with one sentence`, async (t) => {
    const group = aGroup(t, most);
    if (group === undefined) return;
    const server = startIn(t, group);
    assert.equal(await server.exit, 1);
    assert.match(server.err(), /^The server needs 18 more tasks .* set TasksMax= .* to 29 or more\.\n$/);
  });
}

test(`with ${NEEDED} tasks it works`, async (t) => {
  const group = aGroup(t, NEEDED);
  if (group === undefined) return;
  const server = startIn(t, group);
  assert.equal((await fetch(`${await server.url}/api/health`)).status, 200);
  assert.match(readFileSync(join(group, 'pids.events'), 'utf8'), /^max 0$/m);
  server.child.kill('SIGKILL');
  await server.exit;
});
