import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { basename } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->'];

const TODAY = new Date().toISOString().slice(0, 10);

/** Options of the test runner that leave tests out without a word about them. */
const SELECTS = /^--test-(name-pattern|skip-pattern|only|shard)\b/;

/** Whether this run was told to leave some tests out, on its command line or in the environment. */
function isSelection(): boolean {
  const inherited = (process.env.NODE_OPTIONS ?? '').split(/\s+/);
  return [...process.execArgv, ...inherited].some((option) => SELECTS.test(option));
}

/** Rows by their first cell. */
function rowsOf(table: string): Map<string, string> {
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Fault'));
  return new Map(rows.map((row) => [row.split(' | ')[0] ?? '', row]));
}

/** A run of all tests replaces the table; one of some of them, or one that left some out, changes its own rows only. */
function write(seen: readonly string[], isWhole: boolean): void {
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [table = '', after = ''] = rest.split(END);
  const rows = [...new Map([...rowsOf(isWhole ? '' : table), ...rowsOf(seen.join('\n'))]).values()];
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'processor'} (${arch()}), Node ${process.versions.node}`;
  const where = `Machine of the last run: ${machine}.`;
  const head = ['| Fault | How it is made | What was seen | Run |', '|---|---|---|---|'];
  writeFileSync(PAGE, `${before}${[BEGIN, where, '', ...head, ...rows, END].join('\n')}${after}`);
}

/** A reporter: when all tests have passed, it copies the figures they print into docs/reliability.md. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const seen: string[] = [];
  const missing = new Set(globSync('*.test.ts', { cwd: import.meta.dirname }));
  let [failed, skipped] = [false, false];
  for await (const { type, data } of events) {
    if (type === 'test:fail') failed = true;
    if (type === 'test:pass') {
      skipped ||= Boolean(data.skip);
      missing.delete(basename(data.file ?? ''));
    }
    if (type === 'test:diagnostic' && data.message.startsWith('| ')) seen.push(`${data.message} ${TODAY} |`);
  }
  if (failed || seen.length === 0) return yield 'docs/reliability.md stays as it is\n';
  write(seen, missing.size === 0 && !skipped && !isSelection());
  yield 'docs/reliability.md has the new figures\n';
}
