import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../../src');
const NOBODY = 65534;

/** Whether this process may become somebody else: root may do everything, and so cannot see a refusal itself. */
const isRoot = process.getuid?.() === 0;

/** Runs one exported function of src with these arguments, as a user who owns nothing; answers its error's message. */
export function messageAsNobody(file: string, name: string, ...args: unknown[]): string {
  const given = args.map((argument) => JSON.stringify(argument) ?? 'undefined').join(', ');
  const script = `const { ${name} } = await import(${JSON.stringify(join(SOURCE, file))});
    try { await ${name}(${given}); } catch (error) { process.stdout.write(error.message); }`;
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
    ...user,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
