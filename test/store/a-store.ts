import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { SensorReading } from '../../schemas/sensors.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Request } from '../../src/store/messages.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { HistoryPage, HistoryRequest, HistoryRow, StoredRow, StoreOperations } from '../../src/store/protocol.ts';
import { SeriesTable } from '../../src/store/series-table.ts';
import { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A good 20 of the sensor `air`, with what a test wants to have different. */
export const aRow = (changes: Partial<StoredRow> = {}): StoredRow => ({
  kind: 'sensor',
  name: 'air',
  at: 1000,
  value: 20,
  quality: 'good',
  simulated: false,
  run: 0,
  ...changes,
});

/** Everything of the sensor `air`, oldest first, unless a test asks for something else. */
export const aRange = (changes: Partial<HistoryRequest> = {}): HistoryRequest => ({
  sensor: 'air',
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
  order: 'asc',
  limit: 1_000_000,
  ...changes,
});

export const WINDOW_MS = 300_000;

/** For whom the stores of these tests report. */
export const publishing = () => ({ device: 'pi', upstream: true, now: 0 });

export const newFile = (t: TestContext) => join(temporaryFolder(t), 'edge.db');

/** Instant of the newest reading of `air`; 0 where there is none. */
export function newestOf(operations: Pick<StoreOperations, 'history'>): number {
  const [newest] = rowsOf(operations.history(aRange({ order: 'desc', limit: 1 })));
  return newest?.timestamp == null ? 0 : Date.parse(newest.timestamp);
}

/** The rows of a page as the API shows them. */
export const rowsOf = ({ json }: HistoryPage): SensorReading[] => JSON.parse(json);

/** A store with its real thread and a real file, at a commit every 5 s; closed when the test ends. */
export async function openStore(t: TestContext, file: string = newFile(t)) {
  const clock = new FakeClock();
  const store = await Store.open({ file, commitEveryMs: 5000, windowMs: WINDOW_MS, clock, publishing });
  const between = betweenThreads(t);
  t.after(async () => {
    between.release();
    await store.close();
  });
  /** Instant and value of every stored row. The thread serves in order: what was sent to it before is on disk. */
  const stored = async (changes?: Partial<HistoryRequest>) =>
    rowsOf(await store.ask('history', aRange(changes))).map(({ timestamp, value }) => [Date.parse(timestamp), value]);
  return { store, clock, file, between, stored };
}

/** The database in this thread, its readings, and the ways in and out of it. */
export function openTable(t: TestContext, file: string = newFile(t)) {
  const database = openDatabase(file);
  t.after(() => database.close());
  const series = new SeriesTable(database);
  const operations = storeOperations(database, WINDOW_MS);
  /** All of it or nothing, as one batch. */
  const insert = (rows: StoredRow[]) => void operations.commit({ rows, again: false });
  const history = (range: HistoryRequest): HistoryRow[] =>
    rowsOf(operations.history(range)).map(
      ({ timestamp, ...row }) => ({ at: Date.parse(timestamp), ...row }) as HistoryRow,
    );
  const snapshots = (limit: number) => operations.snapshots({ limit });
  return { database, series, operations, insert, history, snapshots };
}

type Deliver = () => void;
type Commit = Request<'commit'>['argument'];

/** Stands between a store and its thread. `onCommit` and `onHistory` decide what becomes of a message. */
function betweenThreads(t: TestContext) {
  const deliverIt = (_worker: Worker, deliver: Deliver): void => deliver();
  const held: Deliver[] = [];
  const between = {
    /** The batches that were sent, oldest first. */
    commits: [] as Commit[],
    onCommit: deliverIt as (worker: Worker, deliver: Deliver, commit: Commit) => void,
    onHistory: deliverIt,
    /** From now on commits are under way and do not arrive. */
    hold: () => {
      between.onCommit = (_worker, deliver) => void held.push(deliver);
    },
    release: () => {
      between.onCommit = deliverIt;
      between.onHistory = deliverIt;
      for (const deliver of held.splice(0)) deliver();
    },
  };
  const post = Worker.prototype.postMessage;
  t.mock.method(Worker.prototype, 'postMessage', function (this: Worker, message: Request) {
    const deliver = () => post.call(this, message);
    if (message.operation === 'history') return between.onHistory(this, deliver);
    if (message.operation !== 'commit') return deliver();
    const commit = message.argument as Commit;
    between.commits.push(commit);
    between.onCommit(this, deliver, commit);
  });
  return between;
}
