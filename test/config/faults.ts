import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../schemas/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { EX_CONFIG, StartError } from '../../src/start-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Lifetime = Parameters<typeof temporaryFolder>[0];

/** The path of a configuration file with this text. */
export function fileWith(test: Lifetime, text: string): string {
  const file = join(temporaryFolder(test), 'edge.yaml');
  writeFileSync(file, text);
  return file;
}

/** What the file's text comes to, with these variables beside it. */
export function load(test: Lifetime, text: string, env: NodeJS.ProcessEnv = {}): Readonly<Config> {
  return loadConfig({ ...env, EDGE_CONFIG: fileWith(test, text) });
}

/** The lines with which the start is refused, without the folder of the file; empty when it is not refused. */
export function faultsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof StartError) || error.exitCode !== EX_CONFIG) throw error;
    return error.message.split('\n').map((line) => line.replace(/^.*\/edge\.yaml:/, 'edge.yaml:'));
  }
  return [];
}

/** The lines with which this file is refused. */
export function faultsIn(test: Lifetime, text: string, env?: NodeJS.ProcessEnv): string[] {
  return faultsOf(() => load(test, text, env));
}
