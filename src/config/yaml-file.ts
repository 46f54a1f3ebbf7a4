import { readFileSync } from 'node:fs';
import { type Document, isMap, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { EX_CONFIG, StartError } from '../start-error.ts';
import { shortened } from './shortened.ts';

/** The parser's sentence and what it found. */
const MOST_OF_A_FAULT = 200;

/** A configuration file that knows on which line each of its values stands. */
export interface YamlFile {
  content: Record<string, unknown>;
  /** Line of the value, or of the nearest thing around it that is in the file; 1 is the first. */
  lineOf(members: readonly string[]): number;
}

const READ_ERRORS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
};

export function readYamlFile(path: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new StartError(`Cannot read the configuration file ${path}: ${READ_ERRORS[code] ?? code}.`, EX_CONFIG);
  }
  return parseYaml(text, path);
}

export function parseYaml(text: string, path: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // A warning is a tag like "!secret" that nobody resolves: its text would count as the value.
  const faults = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: pos[0], message }));
  if (document.errors.length === 0) faults.push(...deadAliases(document));
  if (faults.length > 0) {
    const sentences = faults.map(
      ({ offset, message }) => `${path}:${lines.linePos(offset).line}: ${shortened(message, MOST_OF_A_FAULT)}`,
    );
    throw new StartError(sentences.join('\n'), EX_CONFIG);
  }
  const content = contentOf(document, path);
  if (content !== null && !isMap(document.contents)) {
    throw new StartError(`${path}:1: must be a map of settings, like "collect: { interval_s: 10 }"`, EX_CONFIG);
  }
  return {
    content: (content ?? {}) as Record<string, unknown>,
    lineOf(members) {
      for (let depth = members.length; depth > 0; depth--) {
        const offset = offsetOf(document, members.slice(0, depth));
        if (offset !== undefined) return lines.linePos(offset).line;
      }
      return 1;
    },
  };
}

/** Aliases of nothing and of something around them. */
function deadAliases(document: Document): { offset: number; message: string }[] {
  const faults: { offset: number; message: string }[] = [];
  visit(document, {
    Alias(_key, alias, around) {
      const target = alias.resolve(document);
      if (target !== undefined && !around.includes(target as Node)) return;
      const message = `*${alias.source} must stand for something before it that is marked &${alias.source}`;
      faults.push({ offset: alias.range?.[0] ?? 0, message });
    },
  });
  return faults;
}

function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases of aliases that multiply: a few lines that would fill the memory.
    throw new StartError(`${path}:1: ${shortened((error as Error).message, MOST_OF_A_FAULT)}`, EX_CONFIG);
  }
}

/** Where the key of a member stands; of a list's item, the item itself. */
function offsetOf(document: ReturnType<typeof parseDocument>, members: readonly string[]): number | undefined {
  const parent = members.length === 1 ? document.contents : document.getIn(indices(members.slice(0, -1)), true);
  const last = members.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => String(item.key) === last);
    return (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0];
  }
  const node = document.getIn(indices(members), true) as { range?: [number, number, number] } | undefined;
  return node?.range?.[0];
}

function indices(members: readonly string[]): (string | number)[] {
  return members.map((member) => (/^\d+$/.test(member) ? Number(member) : member));
}
