import { readFileSync } from 'node:fs';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { StartError } from '../start-error.ts';

/** A configuration file that knows on which line each of its values stands. */
export interface YamlFile {
  content: Record<string, unknown>;
  /** Line of the value, or of the nearest thing around it that is in the file; 1 is the first. */
  lineOf(members: readonly string[]): number;
}

export const EX_CONFIG = 78;

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
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => `${path}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
    throw new StartError(faults.join('\n'), EX_CONFIG);
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw new StartError(`${path}:1: must be a map of settings, like "collect: { interval_s: 10 }"`, EX_CONFIG);
  }
  return {
    content: (document.toJS() ?? {}) as Record<string, unknown>,
    lineOf(members) {
      for (let depth = members.length; depth > 0; depth--) {
        const offset = offsetOf(document, members.slice(0, depth));
        if (offset !== undefined) return lines.linePos(offset).line;
      }
      return 1;
    },
  };
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
