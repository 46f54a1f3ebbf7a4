import type { StoredRow } from '../../src/store/protocol.ts';

type Database = typeof import('../../src/store/database.ts');
type Operations = typeof import('../../src/store/operations.ts');

const BUILT = new URL('../../dist/src/store/', import.meta.url);
const ROUNDS_A_COMMIT = 2500;
const WINDOW_MS = 300_000;

/** A file of the compiled product, with the types of its source. */
export async function built<T>(file: string): Promise<T> {
  return (await import(new URL(file, BUILT).href)) as T;
}

interface Filling {
  file: string;
  sensors: readonly string[];
  /** Instants, one a second, up to `end`; every sensor has a reading at each. */
  rounds: number;
  end: number;
}

/** One round: values that look like a slow day with noise. */
export function roundOf(sensors: readonly string[], at: number): StoredRow[] {
  const day = 20 + 5 * Math.sin((2 * Math.PI * at) / 86_400_000);
  return sensors.map((name, index) => ({
    ...{ kind: 'sensor', name, at, quality: 'good', simulated: true, run: 0 },
    value: Number((day + index + Math.random()).toFixed(1)),
  }));
}

/** Fills a database through the store's own code, windows closed as if everything had gone upstream; answers seconds. */
export async function fillStore({ file, sensors, rounds, end }: Filling): Promise<number> {
  const { openDatabase } = await built<Database>('database.js');
  const { storeOperations } = await built<Operations>('operations.js');
  const begin = performance.now();
  const database = openDatabase(file);
  const store = storeOperations(database, WINDOW_MS);
  for (let round = 0; round < rounds; round += ROUNDS_A_COMMIT) {
    const count = Math.min(ROUNDS_A_COMMIT, rounds - round);
    const first = end - (rounds - round) * 1000;
    const instants = Array.from({ length: count }, (_, n) => first + n * 1000);
    store.commit({ rows: instants.flatMap((at) => roundOf(sensors, at)), again: false });
    const units = Object.fromEntries(sensors.map((name) => [name, '°C']));
    const closing = { now: instants.at(-1) ?? end, device: 'greenhouse-1', units, upstream: false };
    while (store.closeWindows(closing) > 0);
  }
  database.close();
  return (performance.now() - begin) / 1000;
}
