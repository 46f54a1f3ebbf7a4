import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from './database.ts';
import { storeOperations } from './operations.ts';
import type { Answer, Request, WorkerOptions } from './protocol.ts';

/** The thread that owns the database: a slow card stalls this thread and nothing else. */
if (parentPort === null) throw new Error('This file runs as a worker thread.');
const port = parentPort;

const { file, windowMs, maxBytes } = workerData as WorkerOptions;
const operations = storeOperations(openDatabase(file, maxBytes), windowMs, maxBytes);

function answer({ id, operation, argument }: Request): Answer {
  try {
    const run = operations[operation] as (argument: unknown) => unknown;
    return { id, result: run(argument) };
  } catch (error) {
    const { message, code = 'ERROR' } = error as Error & { code?: string };
    return { id, error: { message, code } };
  }
}

port.on('message', (request: Request) => port.postMessage(answer(request)));
