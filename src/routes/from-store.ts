import { HttpProblem } from '../plugins/problems.ts';

/** What the database answers; a 503 that says why where it does not. */
export async function fromStore<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new HttpProblem(503, `What is stored is out of reach: ${(error as Error).message}`);
  }
}
