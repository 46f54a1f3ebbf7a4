import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MIN_MEMORY_MB, requireMemory } from '../../src/supervision/memory.ts';
import { outOfTasks, requireTasks, tasksNeeded } from '../../src/supervision/tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MB = 2 ** 20;
const V1 = ['memory', 'pids']
  .map((name) => `3 2 0:3 / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}\n`)
  .join('');
const V2 = '3 2 0:3 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';
const SERVICE = '/system.slice/pi-edge-api.service';

function aRoot(t: TestContext, files: Record<string, string | number>): string {
  const root = temporaryFolder(t);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${content}\n`);
  }
  return root;
}

const newGroups = { 'proc/self/mountinfo': V2, 'proc/self/cgroup': `0::${SERVICE}` };
const oldGroups = { 'proc/self/mountinfo': V1, 'proc/self/cgroup': `8:pids:${SERVICE}\n4:memory:${SERVICE}` };
const enough = { 'proc/meminfo': 'MemTotal:         427000 kB' };

describe('the memory that a start asks for', () => {
  const refused: [string, Record<string, string | number>, RegExp][] = [
    [
      'its unit, version 2',
      { ...newGroups, [`sys/fs/cgroup${SERVICE}/memory.max`]: 64 * MB },
      /may use 64 MB .*MemoryMax= in the unit/,
    ],
    [
      'its unit, version 1',
      { ...oldGroups, [`sys/fs/cgroup/memory${SERVICE}/memory.limit_in_bytes`]: 64 * MB },
      /MemoryMax= in the unit/,
    ],
    [
      'a parent',
      { ...newGroups, 'sys/fs/cgroup/system.slice/memory.max': 64 * MB },
      /MemoryMax= of the control group \/system\.slice/,
    ],
    ['what throttles', { ...newGroups, [`sys/fs/cgroup${SERVICE}/memory.high`]: 64 * MB }, /MemoryHigh= in the unit/],
    ['the machine', { 'proc/meminfo': 'MemTotal: 60000 kB' }, /this machine has 58 MB/],
  ];
  for (const [what, files, sentence] of refused) {
    it(`is refused in one sentence where ${what} has too little`, (t) => {
      const root = aRoot(t, { ...enough, ...files });
      assert.throws(() => requireMemory(root), { name: 'StartError', message: sentence, exitCode: 78 });
    });
  }

  it('is there with the limit itself, without limits, and where the kernel says nothing', (t) => {
    requireMemory(aRoot(t, { ...enough, ...newGroups, [`sys/fs/cgroup${SERVICE}/memory.max`]: MIN_MEMORY_MB * MB }));
    requireMemory(aRoot(t, { ...enough, ...newGroups, [`sys/fs/cgroup${SERVICE}/memory.max`]: 'max' }));
    requireMemory(aRoot(t, {}));
  });

  it('is that of its own group, also in a container that sees it as the root', (t) => {
    const mounted = V2.replace('0:3 /', '0:3 /docker/abc');
    const files = {
      'proc/self/mountinfo': mounted,
      'proc/self/cgroup': '0::/docker/abc',
      'sys/fs/cgroup/memory.max': 9 * MB,
    };
    assert.throws(() => requireMemory(aRoot(t, files)), /may use 9 MB/);
    requireMemory(aRoot(t, { ...newGroups, 'sys/fs/cgroup/system.slice/other.service/memory.max': 9 * MB }));
  });
});

describe('the tasks that a start asks for', () => {
  const group = (most: number | string, taken: number) => ({
    ...newGroups,
    [`sys/fs/cgroup${SERVICE}/pids.max`]: most,
    [`sys/fs/cgroup${SERVICE}/pids.current`]: taken,
  });

  it('are refused in one sentence that names TasksMax and a number with which it starts', (t) => {
    const start = (most: number) => requireTasks({ poolSize: 16, root: aRoot(t, group(most, 7)), uid: 0 });
    assert.throws(() => start(24), {
      name: 'StartError',
      message: /18 more tasks .* may have 17: 7 of 24 .*TasksMax= in the unit of the service to 29/,
    });
    start(25);
    start(tasksNeeded(16));
  });

  it('are counted for the user where ulimit -u holds for it, and not for root', (t) => {
    const uid = process.getuid?.() ?? 0; // the files of this test are its own
    const files = {
      'proc/self/limits': 'Max processes             30                   30                   processes',
      'proc/77/status': 'Threads:\t20',
    };
    const root = aRoot(t, files);
    if (uid !== 0) assert.throws(() => requireTasks({ poolSize: 16, root, uid }), /20 of 30 are in use; .*`ulimit -u`/);
    requireTasks({ poolSize: 16, root, uid: 0 });
    requireTasks({ poolSize: 16, root, uid: uid + 1 }); // the tasks of others do not count
  });

  it('that run out later have their sentence, and no other error has it', () => {
    const gone = Object.assign(new Error('Worker initialization failure: EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
    assert.match(outOfTasks(new Error('store', { cause: gone }), 16) ?? '', /29 tasks\. Raise TasksMax=.*ulimit -u/);
    const fork = Object.assign(new Error('spawn chronyc EAGAIN'), { code: 'EAGAIN', syscall: 'spawn chronyc' });
    assert.match(outOfTasks(fork, 4) ?? '', /17 tasks/);
    assert.equal(outOfTasks(Object.assign(new Error('read'), { code: 'EAGAIN', syscall: 'read' }), 4), undefined);
  });
});
