import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileWith } from './faults.ts';

const CHECK = join(import.meta.dirname, '../../src/config/check.ts');

function check(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

describe('check-config', () => {
  it('says that a right file is right, and exits with 0', (t) => {
    const file = fileWith(t, 'sensors: [{ id: a, kind: cpu }]\n');
    assert.deepEqual(check([file]), { status: 0, stdout: `${file} is valid: 1 sensors, 1 outputs.\n`, stderr: '' });
  });

  it('says every fault of a wrong file without a stack trace, and exits with 78', (t) => {
    const file = fileWith(t, 'log: { level: loud }\nx: 1\n');
    const { status, stdout, stderr } = check([file]);
    assert.deepEqual([status, stdout], [78, '']);
    const places = stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(file, 'FILE').split(' ', 2).join(' '));
    assert.deepEqual(places.sort(), ['FILE:1: log.level', 'FILE:2: x']);
  });

  it('judges the file alone: the environment of the caller neither mends nor breaks it', (t) => {
    const wrong = fileWith(t, 'http: { port: -1 }\n');
    assert.equal(check([wrong], { PORT: '5000' }).status, 78);
    const right = fileWith(t, 'http: { port: 1 }\n');
    assert.equal(check([right], { PORT: '-5', EDGE_TYPO: '1' }).status, 0);
  });

  for (const [what, args] of [
    ['no file is named', []],
    ['the file does not exist', ['/nowhere/edge.yaml']],
    ['the file is a folder', ['/']],
  ] as const) {
    it(`exits with 78 and one sentence when ${what}`, () => {
      const { status, stderr } = check([...args]);
      assert.equal(status, 78);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }
});
