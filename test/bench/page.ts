import { readFileSync, writeFileSync } from 'node:fs';
import { machine } from './machine.ts';
import { svg } from './plot.ts';
import type { Answer, Question, Table } from './question.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const PAGE = new URL('benchmarks.md', DOCS);
const YES = '| yes |';
const NO = '| **no** |';

function markdown({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** An answer as a section of the page. */
export function section(
  { title }: Pick<Question, 'title'>,
  { how, targets, tables, plots = [] }: Answer,
  skipped: readonly string[],
): string {
  const targetRows = targets.map(({ what, target, measured, met }) => [what, target, measured, met ? 'yes' : '**no**']);
  const parts = [
    `## ${title}`,
    how,
    ...(targets.length > 0 ? [markdown({ head: ['Target', 'Limit', 'Measured', 'Met'], rows: targetRows })] : []),
    ...tables.filter(({ rows }) => rows.length > 0).map(markdown),
    ...plots.map(({ name, title: text }) => `![${text}](${name}.svg)`),
    ...skipped.map((why) => `Not measured: ${why}`),
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine()}.`,
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** Writes a section in the place of the one before it, with its plots, and counts the targets of the whole page anew. */
export function write({ name }: Pick<Question, 'name'>, text: string, { plots = [] }: Answer): void {
  for (const plot of plots) writeFileSync(new URL(`${plot.name}.svg`, DOCS), svg(plot));
  const page = replaced(readFileSync(PAGE, 'utf8'), name, text);
  writeFileSync(PAGE, replaced(page, 'targets', overview(page)));
}

function replaced(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before = '', rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/benchmarks.md has no place for "${name}"`);
  return `${before}${begin}\n${text}\n${end}${after}`;
}

function overview(page: string): string {
  const sections = page.split('\n## ').slice(1);
  const missed = sections.flatMap((each) => {
    const [title = ''] = each.split('\n');
    const rows = each.split('\n').filter((line) => line.endsWith(NO));
    return rows.map((row) => [
      title,
      ...row
        .split(' | ')
        .slice(0, 3)
        .map((cell) => cell.replace(/^\| /, '')),
    ]);
  });
  const met = page.split('\n').filter((line) => line.endsWith(YES)).length;
  const all = `${met} of ${met + missed.length} targets are met.`;
  return missed.length === 0
    ? all
    : `${all} These are not:\n\n${markdown({ head: ['Question', 'Target', 'Limit', 'Measured'], rows: missed })}`;
}
