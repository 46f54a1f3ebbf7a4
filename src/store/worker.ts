import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { systemClock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import { codeOf, isBroken, needsReopening } from './fault.ts';
import { isDiskAtFault } from './medium.ts';
import type { Answer, Notice, Request } from './messages.ts';
import { OpenedFile } from './opened-file.ts';
import { type Opened, openOrRecover, recover } from './opening.ts';
import { storeOperations } from './operations.ts';
import type { Commit, Recovery, StoreOperations } from './protocol.ts';
import type { WorkerOptions } from './store-options.ts';

/** The thread that owns the database: a slow card stalls this thread and nothing else. */
if (parentPort === null) throw new Error('This file runs as a worker thread.');
const port = parentPort;

/** A new database that breaks as well says that the disk is not worth a third one yet. */
const RECOVERIES_APART_MS = 10_000;

const options = workerData as WorkerOptions;
let open: { database: Database; operations: StoreOperations } | undefined;
/** Remembered also while nothing is open: a new database is never made in the place of one that went away. */
let openedFile: OpenedFile | undefined;
let recoveredAt = Number.NEGATIVE_INFINITY;

function use({ database, recovery, migrated }: Opened): StoreOperations {
  if (migrated !== undefined) port.postMessage({ migrated } satisfies Notice);
  if (recovery !== undefined) {
    recoveredAt = systemClock.monotonic();
    tell(recovery);
  }
  try {
    const operations = storeOperations(database, options.windowMs, options.maxBytes, tell);
    open = { database, operations };
    openedFile = new OpenedFile(options.file);
    return operations;
  } catch (error) {
    database.close();
    throw error;
  }
}

const tell = (recovered: Recovery) => port.postMessage({ recovered } satisfies Notice);

function letGo(): void {
  const database = open?.database;
  open = undefined;
  try {
    database?.close();
  } catch {
    // A connection that cannot be closed in order is as good as closed.
  }
}

function run({ operation, argument }: Request): unknown {
  // Beside a file that is not ours nothing is tidied up.
  if (operation === 'close' && (open === undefined || !openedFile?.isInPlace)) return letGo();
  if (open === undefined) openedFile?.requireInPlace();
  else openedFile?.require(operation);
  const operations = open?.operations ?? use(openOrRecover(options));
  return (operations[operation] as (argument: unknown) => unknown)(argument);
}

/** A batch may have been brought to the card before the fault was met. */
function asked(request: Request): Request {
  if (request.operation !== 'commit') return request;
  return { ...request, argument: { ...(request.argument as Commit), again: true } };
}

/** Where the file turns out to be broken, the question is asked again of the new one. */
function runOrRecover(request: Request): unknown {
  try {
    return run(request);
  } catch (error) {
    const code = codeOf(error);
    if (needsReopening(code)) letGo();
    if (!isBroken(code) || systemClock.monotonic() - recoveredAt < RECOVERIES_APART_MS) throw error;
    openedFile?.requireInPlace();
    letGo();
    openedFile = undefined;
    use(recover(options, (error as Error).message));
    return run(asked(request));
  }
}

function answer(request: Request): Answer {
  const { id } = request;
  try {
    return { id, result: runOrRecover(request) };
  } catch (error) {
    const code = codeOf(error);
    const refused = error instanceof StartError && !isDiskAtFault(options.file, code);
    const exitCode = error instanceof StartError ? error.exitCode : 1;
    return { id, error: { message: (error as Error).message, code, refused, exitCode } };
  }
}

port.on('message', (request: Request) => port.postMessage(answer(request)));
