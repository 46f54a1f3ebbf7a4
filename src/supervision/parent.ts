import { StartError } from '../start-error.ts';

const PR_SET_PDEATHSIG = 1;
const SIGTERM = 15;

/**
 * From now on the end of the process that started this one ends this one as well, by SIGTERM: whoever kills npm has no
 * server left behind. Throws StartError where that process is gone already.
 */
export async function endWithParent(parent: number): Promise<void> {
  const { default: koffi } = await import('koffi');
  const prctl = koffi
    .load(null)
    .func('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');
  prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (process.ppid !== parent) throw new StartError('npm, which was to start the server, has ended.');
}
