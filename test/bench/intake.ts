import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { judged } from './figures.ts';
import { built, roundOf } from './filled-store.ts';
import { manySensors } from './product.ts';
import type { Answer, Bench, Question } from './question.ts';

const MIN_ROWS_PER_S = 50_000;
const ROWS = 500_000;
const SHORT_ROWS = 100_000;
/** What ten sensors bring in a hundred seconds: as after a disk was away. */
const SENSORS = 10;
const ROUNDS_A_BATCH = 100;
const ROWS_A_BATCH = SENSORS * ROUNDS_A_BATCH;
const BATCHES_A_FLUSH = 10;

async function take(bench: Bench, rows: number): Promise<number> {
  const { Store } = await built<typeof import('../../src/store/store.ts')>('store.js');
  const file = join(temporaryFolder(bench.lifetime), 'edge.db');
  const publishing = () => ({ device: 'bench', upstream: false, now: 0 });
  const store = await Store.open({ file, commitEveryMs: 60_000, windowMs: 300_000, clock: systemClock, publishing });
  const sensors = manySensors(SENSORS).map(({ id }) => id);
  const begin = performance.now();
  let at = Date.now() - rows * 100;
  for (let taken = 0; taken < rows; taken += ROWS_A_BATCH * BATCHES_A_FLUSH) {
    for (let batch = 0; batch < BATCHES_A_FLUSH; batch++) {
      const rounds = Array.from({ length: ROUNDS_A_BATCH }, (_, round) => roundOf(sensors, at + round * 1000));
      at += ROUNDS_A_BATCH * 1000;
      store.append(rounds.flat());
    }
    await store.flush();
  }
  const seconds = (performance.now() - begin) / 1000;
  if (store.health().lastError !== null) throw new Error(`${store.health().lastError}`);
  await store.close();
  return rows / seconds;
}

async function ask(bench: Bench): Promise<Answer> {
  const rates: number[] = [];
  const rows = bench.short ? SHORT_ROWS : ROWS;
  for (let turn = 0; turn < (bench.short ? 2 : 5); turn++) rates.push(await take(bench, rows));
  return {
    how:
      `${rows} rows of ten sensors through the store as the server uses it: the thread that owns the database, windows ` +
      'marked, every commit on the disk before the next one. Making up the values is counted in.',
    targets: [judged('rows a second', rates, { atLeast: MIN_ROWS_PER_S })],
    tables: [],
  };
}

export const intake: Question = { name: 'intake', title: 'Rows into the store', ask };
