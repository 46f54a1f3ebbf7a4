import type { FastifyInstance } from 'fastify';
import { HttpProblem } from '../plugins/problems.ts';
import type { StoreError } from '../store/worker-client.ts';

const RETRY_AFTER_S = 5;

/**
 * What the database answers. Where it does not, a problem that says why: 507 for a full disk, else 503. A disk that
 * stalls is not waited for: whoever comes while it does is told at once, and nothing is asked of it.
 */
export async function fromStore<T>({ store }: Pick<FastifyInstance, 'store'>, ask: () => Promise<T>): Promise<T> {
  if (store.isStalled) throw stalled('nothing was read or changed');
  try {
    return await store.orStalled(ask());
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    const { code, message } = error as StoreError;
    if (code === 'STALLED') throw stalled('what was asked may still be done');
    if (code === 'SQLITE_FULL') throw new HttpProblem(507, `It cannot be stored: ${message}`);
    throw new HttpProblem(503, `What is stored is out of reach: ${message}`);
  }
}

const stalled = (what: string) =>
  new HttpProblem(503, `The disk takes too long: ${what}`, { headers: { 'retry-after': String(RETRY_AFTER_S) } });
