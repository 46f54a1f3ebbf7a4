import type { Operation } from './protocol.ts';
import type { StoreError } from './worker-client.ts';

/** Once one of these has succeeded, the database itself has taken rows. */
export const RECORDS: ReadonlySet<Operation> = new Set<Operation>([
  'record',
  'acknowledgeAlert',
  'putRule',
  'deleteRule',
]);

/** Making room is no reason to make room. Whatever else finds the database full is tried again behind it. */
const MAKES_ROOM: ReadonlySet<Operation> = new Set<Operation>(['retain', 'close']);

/** Asks; where the database is full, room is made, and it is asked once more. */
export async function withRoom<T>(
  operation: Operation,
  ask: () => Promise<T>,
  makeRoom: (() => Promise<void>) | undefined,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isFull = (error as StoreError).code === 'SQLITE_FULL';
    if (!isFull || makeRoom === undefined || MAKES_ROOM.has(operation)) throw error;
    await makeRoom();
    return await ask();
  }
}
