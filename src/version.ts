import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Version of this program, from the package.json above it: the source's and the compiled one's are the same. */
export function readVersion(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined) throw new Error('There is no package.json above this program.');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
