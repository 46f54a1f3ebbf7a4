import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MIN_MEMORY_MB } from '../../src/supervision/memory.ts';
import { tasksNeeded } from '../../src/supervision/tasks.ts';

const file = fileURLToPath(new URL('../../deploy/pi-edge-api.service', import.meta.url));
const text = readFileSync(file, 'utf8');

/** All values of a directive, in the order of the file. */
function values(name: string): string[] {
  return [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value as string);
}

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, SYSTEMD_COLORS: '0' } });
}
const missing = analyze('--version').error === undefined ? false : 'systemd-analyze is not installed on this machine';

describe('pi-edge-api.service', () => {
  it('has an exposure of at most 1.8', { skip: missing }, (t) => {
    const { stdout, stderr } = analyze('security', '--offline=true', '--no-pager', file);
    const score = /exposure level for .*: (\d+\.\d+)/.exec(stdout)?.[1];
    assert.ok(score !== undefined, `no score in: ${stdout}${stderr}`);
    t.diagnostic(`systemd-analyze security: ${score}`);
    assert.ok(Number(score) <= 1.8, `exposure ${score}`);
  });

  it('has no directive that systemd does not know', { skip: missing }, () => {
    const { stderr } = analyze('verify', '--man=no', file);
    const complaints = stderr.split('\n').filter((line) => /unknown|failed to parse|ignoring/i.test(line));
    assert.deepEqual(complaints, []);
  });

  it('runs as its own user, who gets to the pins by group gpio', () => {
    assert.deepEqual(values('User'), ['pi-edge-api']);
    assert.deepEqual(values('SupplementaryGroups'), ['gpio']);
    assert.deepEqual(values('CapabilityBoundingSet'), ['']);
    assert.deepEqual(values('NoNewPrivileges'), ['yes']);
  });

  it('opens the GPIO character devices and no other device', () => {
    assert.deepEqual(values('DevicePolicy'), ['closed']);
    assert.deepEqual(values('DeviceAllow'), ['char-gpiochip rw']);
    assert.deepEqual(values('PrivateDevices'), [], 'it would hide /dev/gpiochip*');
  });

  it('does not forbid what Node needs: pages that are written, then run', () => {
    assert.deepEqual(values('MemoryDenyWriteExecute'), []);
  });

  it('lets the kernel be asked about its clock, which nothing here may set', () => {
    assert.deepEqual(values('ProtectClock'), [], 'it would forbid adjtimex(2)');
    assert.equal(values('SystemCallFilter').at(-1), 'adjtimex clock_adjtime');
    assert.deepEqual([values('CapabilityBoundingSet'), values('AmbientCapabilities')], [[''], ['']]);
  });

  it('leaves /sys and /proc readable, where the sensors and the model of the board are', () => {
    for (const directive of ['InaccessiblePaths', 'RootDirectory', 'TemporaryFileSystem', 'ProcSubset']) {
      assert.deepEqual(values(directive), [], directive);
    }
  });

  it('starts without network and without the time of day', () => {
    for (const directive of ['After', 'Wants', 'Requires']) {
      assert.doesNotMatch(values(directive).join(' '), /network-online|time-sync|nss-lookup/, directive);
    }
  });

  it('restarts for ever, but not with a configuration that is wrong', () => {
    assert.deepEqual(values('Restart'), ['always']);
    assert.deepEqual(values('StartLimitIntervalSec'), ['0']);
    assert.deepEqual(values('RestartPreventExitStatus'), ['78']);
  });

  it('gives the server more time to stop than the 5 s that it takes at most', () => {
    assert.ok(Number(values('TimeoutStopSec')[0]) > 5);
  });

  it('leaves the server the memory and the tasks without which it does not start', () => {
    for (const limit of ['MemoryHigh', 'MemoryMax'])
      assert.ok(Number.parseInt(values(limit)[0] ?? '', 10) >= MIN_MEMORY_MB);
    const pool = values('Environment')
      .find((line) => line.startsWith('UV_THREADPOOL_SIZE='))
      ?.split('=')[1];
    assert.ok(Number(values('TasksMax')[0]) >= tasksNeeded(Number(pool)));
  });

  it('keeps data in the state directory, and lets the file of the owner win', () => {
    assert.deepEqual(values('StateDirectory'), ['pi-edge-api']);
    assert.ok(values('Environment').includes('EDGE_DATA_DIR=/var/lib/pi-edge-api'));
    assert.deepEqual(values('EnvironmentFile'), ['-/etc/pi-edge-api/env']);
  });
});
