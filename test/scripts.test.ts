import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

it('every run of tests has a time after which a test that hangs fails', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const lines = [...Object.values(scripts), ...read('test/device/run.sh').split('\n')];
  lines.push(...read('test/deploy/guest/boot.sh').split('\n'));
  const runs = lines.filter((line) => /\bnode"? --test\b/.test(line));
  assert.equal(runs.length, 6, 'test, coverage, browser, faults, device, systemd');
  assert.deepEqual(
    runs.filter((run) => !/ --test-timeout=[1-9]\d{4,}\b/.test(run)),
    [],
  );
});
