import { parseArgs } from 'node:util';

export interface Options {
  /** Names of the questions; all of them without any. */
  only: readonly string[];
  short: boolean;
  /** Writes nothing. */
  print: boolean;
}

/** Throws where an option or a name is not known: a question that is misspelt must not look answered. */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string', default: '' }, short: { type: 'boolean' }, print: { type: 'boolean' } },
  });
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no question "${unknown}": there are ${names.join(', ')}.`);
  return { only, short: values.short === true, print: values.print === true };
}
