import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { groupFiles, textOf } from './control-groups.ts';

/** The thread of the database, and a helper process like chronyc. */
const OWN = 2;
/** Threads that Node has when the first line of a program runs, and those of its pool, which come later. */
const OF_NODE = 7;
/** A fork that finds no free task ends a start that was nearly through: room for a neighbour in the same group. */
const SPARE = 4;

/** What limits the tasks (processes and threads) of this process, and how many there are already. */
interface TaskLimit {
  most: number;
  taken: number;
  /** Where it is set. */
  change: (most: number) => string;
}

interface Options {
  /** Threads in the pool of Node. */
  poolSize: number;
  root: string;
  uid?: number;
}

/** Processes and threads of a server as it is started, all of them. */
export const tasksNeeded = (poolSize: number) => OF_NODE + OWN + poolSize + SPARE;

/**
 * Throws StartError where this process may not start the threads and helpers that it needs. Node itself aborts, without a
 * word, when it has no thread for its pool: this has to be asked before the pool is used.
 */
export function requireTasks({ poolSize, root, uid = process.getuid?.() ?? 0 }: Options): void {
  const more = OWN + poolSize;
  for (const { most, taken, change } of [...limitsOfGroups(root), ...limitOfUser(root, uid)]) {
    const free = Math.max(0, most - taken);
    if (free >= more) continue;
    const needed = Math.max(tasksNeeded(poolSize), taken + more + SPARE);
    throw new StartError(
      `The server needs ${more} more tasks (threads and processes) and may have ${free}: ` +
        `${taken} of ${most} are in use; ${change(needed)}.`,
    );
  }
}

/** One sentence for an error of a thread or a process that could not be made; undefined for any other error. */
export function outOfTasks(error: unknown, poolSize: number): string | undefined {
  for (let fault = error; fault instanceof Error; fault = fault.cause) {
    const { code, syscall = '' } = fault as NodeJS.ErrnoException;
    const isTask = code === 'ERR_WORKER_INIT_FAILED' || (code === 'EAGAIN' && /^(spawn|fork|clone)/.test(syscall));
    if (!isTask) continue;
    return (
      `No thread or process could be started (${fault.message}): the server needs ${tasksNeeded(poolSize)} tasks. ` +
      'Raise TasksMax= in the unit of the service, or `ulimit -u` of the shell that starts it.'
    );
  }
  return undefined;
}

function limitsOfGroups(root: string): TaskLimit[] {
  const pids = { controller: 'pids', v1: 'pids.max', v2: 'pids.max' };
  const taken = groupFiles({ ...pids, v1: 'pids.current', v2: 'pids.current' }, root);
  return groupFiles(pids, root).flatMap(({ group, value: most }) => {
    const current = taken.find((each) => each.group === group)?.value;
    const where = group.endsWith('.service')
      ? 'in the unit of the service'
      : `(pids.max) of the control group ${group}`;
    const change = (needed: number) => `set TasksMax= ${where} to ${needed} or more`;
    return current === undefined ? [] : [{ most, taken: current, change }];
  });
}

/** `ulimit -u` counts all tasks of a user, and does not hold for root. */
function limitOfUser(root: string, uid: number): TaskLimit[] {
  if (uid === 0) return [];
  const most = /^Max processes +(\d+)/m.exec(textOf(join(root, '/proc/self/limits')))?.[1];
  if (most === undefined) return [];
  const change = (needed: number) =>
    `raise the user's limit to ${needed} or more (\`ulimit -u\`, LimitNPROC= in a unit)`;
  return [{ most: Number(most), taken: tasksOf(uid, root), change }];
}

function tasksOf(uid: number, root: string): number {
  const processes = readdirSync(join(root, '/proc')).filter((name) => /^\d+$/.test(name));
  return processes.reduce((sum, pid) => {
    const folder = join(root, '/proc', pid);
    if (statSync(folder, { throwIfNoEntry: false })?.uid !== uid) return sum;
    return sum + Number(/^Threads:\s+(\d+)/m.exec(textOf(join(folder, 'status')))?.[1] ?? 0);
  }, 0);
}
