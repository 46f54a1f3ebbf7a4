import { parentPort, workerData } from 'node:worker_threads';
import { databaseSize, openDatabase } from './database.ts';
import type { Answer, Operation, Request, StoreOperations } from './protocol.ts';
import { ReadingsTable } from './readings-table.ts';
import { latestSnapshots } from './snapshots.ts';

/** The thread that owns the database: a slow card stalls this thread and nothing else. */
if (parentPort === null) throw new Error('This file runs as a worker thread.');
const port = parentPort;

const database = openDatabase((workerData as { file: string }).file);
const readings = new ReadingsTable(database);

const operations: StoreOperations = {
  commit({ rows, again }) {
    readings.insert(rows, again);
    return { sizeBytes: databaseSize(database) };
  },
  history: (request) => readings.history(request),
  snapshots: ({ limit }) => latestSnapshots(readings, limit),
  close() {
    database.close();
    return null;
  },
};

function answer({ id, operation, argument }: Request): Answer {
  try {
    const run = operations[operation] as (argument: Request['argument']) => ReturnType<StoreOperations[Operation]>;
    return { id, result: run(argument) };
  } catch (error) {
    const { message, code = 'ERROR' } = error as Error & { code?: string };
    return { id, error: { message, code } };
  }
}

port.on('message', (request: Request) => port.postMessage(answer(request)));
