import type { Operation } from './protocol.ts';
import type { StoreError } from './worker-client.ts';

/** What brings rows that nobody else has, beside commits. */
export const RECORDS: ReadonlySet<Operation> = new Set<Operation>(['record', 'acknowledgeAlert', 'putRule']);

/** Asks; where the database is full, room is made, and it is asked once more. */
export async function withRoom<T>(ask: () => Promise<T>, makeRoom: (() => Promise<void>) | undefined): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as StoreError).code !== 'SQLITE_FULL' || makeRoom === undefined) throw error;
    await makeRoom();
    return await ask();
  }
}
