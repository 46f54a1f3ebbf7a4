import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';

const OLD_PAGE = `before
<!-- figures: begin -->
| Fault | How it is made | What was seen | Run |
|---|---|---|---|
| one | how | old | 2026-01-01 |
| two | how | old | 2026-01-01 |
| gone | how | old | 2026-01-01 |
<!-- figures: end -->
after
`;

const row = (fault: string) => `test('${fault}', (t) => t.diagnostic('| ${fault} | how | new |'));`;
const FILES = {
  'a.test.ts': `import test from 'node:test';\n${row('one')}\n${row('two')}\n`,
  'b.test.ts': `import test from 'node:test';\n${row('three')}\n`,
};

/** Runs tests under the reporter, in a folder with a page of its own; answers the faults and what is said of them. */
function run(t: TestContext, { options = [], files = '*', env = {}, more = {} }: Run = {}) {
  const root = temporaryFolder(t);
  const [docs, faults] = [join(root, 'docs'), join(root, 'test', 'faults')];
  for (const folder of [docs, faults]) mkdirSync(folder, { recursive: true });
  const page = join(docs, 'reliability.md');
  writeFileSync(page, OLD_PAGE);
  copyFileSync(new URL('./report.ts', import.meta.url), join(faults, 'report.ts'));
  for (const [name, text] of Object.entries({ ...FILES, ...more })) writeFileSync(join(faults, name), text);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  const reporter = `--test-reporter=${join(faults, 'report.ts')}`;
  const { NODE_TEST_CONTEXT: _, ...own } = process.env; // the run inside of this one is one of its own
  const args = ['--test', reporter, '--test-reporter-destination=stdout', ...options, join(faults, `${files}.test.ts`)];
  spawnSync(process.execPath, args, { cwd: root, env: { ...own, ...env } });
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => / \| (old|new) \| /.test(line));
  return Object.fromEntries(
    rows.map((line) => line.split(' | ')).map(([fault = '', , seen]) => [fault.slice(2), seen]),
  );
}
interface Run {
  options?: string[];
  files?: string;
  env?: Record<string, string>;
  /** Test files that are there as well. */
  more?: Record<string, string>;
}

describe('the table of figures', () => {
  it('is replaced by a run of all tests', (t) => {
    assert.deepEqual(run(t), { one: 'new', two: 'new', three: 'new' });
  });

  const ONE_NEW = { one: 'new', two: 'old', gone: 'old' };
  const BUT_THREE = { one: 'new', two: 'new', gone: 'old' };
  const skipped = { 'c.test.ts': "import test from 'node:test';\ntest('four', (t) => t.skip('no root'));\n" };
  const parts: Record<string, [Run, object]> = {
    'by their names': [{ options: ['--test-name-pattern=one'] }, ONE_NEW],
    'by their names, in two words': [{ options: ['--test-name-pattern', 'one'] }, ONE_NEW],
    'by names that are left out': [{ options: ['--test-skip-pattern=three'] }, BUT_THREE],
    'by names in the environment': [{ env: { NODE_OPTIONS: '--test-name-pattern=one' } }, ONE_NEW],
    'by the file': [{ files: 'a' }, BUT_THREE],
    'because one was skipped': [{ more: skipped }, { ...BUT_THREE, three: 'new' }],
  };
  for (const [how, [options, expected]] of Object.entries(parts)) {
    it(`keeps its other rows where tests were chosen ${how}`, (t) => {
      assert.deepEqual(run(t, options), expected);
    });
  }

  it('stays as it is where a test fails', (t) => {
    const failing = { 'c.test.ts': "import test from 'node:test';\ntest('four', () => { throw new Error('no'); });\n" };
    assert.deepEqual(run(t, { more: failing }), { one: 'old', two: 'old', gone: 'old' });
  });
});
