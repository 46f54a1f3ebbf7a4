import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';

const REQUEST = 'req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out csr -subj /CN=';
const SIGN = 'x509 -req -in csr -signkey key -out cert -days ';

/** A key and a self-signed certificate that ends so many days from now; undefined where openssl cannot make it. */
export function aCertificate(
  t: Pick<TestContext, 'after'>,
  days: number,
  name = 'localhost',
): { key: string; cert: string } | undefined {
  const folder = temporaryFolder(t);
  try {
    for (const line of [REQUEST + name, SIGN + days])
      execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' });
  } catch {
    return undefined;
  }
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return { key: read('key'), cert: read('cert') };
}
