import { HttpProblem } from '../plugins/problems.ts';
import type { StoreError } from '../store/worker-client.ts';

/** What the database answers. Where it does not, a problem that says why: 507 for a full disk, else 503. */
export async function fromStore<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { code, message } = error as StoreError;
    if (code === 'SQLITE_FULL') throw new HttpProblem(507, `It cannot be stored: ${message}`);
    throw new HttpProblem(503, `What is stored is out of reach: ${message}`);
  }
}
