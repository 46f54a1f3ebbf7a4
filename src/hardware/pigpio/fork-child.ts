import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastWords } from './last-words.ts';
import type { Report, Request } from './protocol.ts';

/** A running child, as the server sees it. */
export interface Child {
  /** Puts the request on its way before it returns. One that cannot be delivered is no error: the end is reported. */
  send(request: Request): void;
  kill(): void;
  /** From now on the child does not keep the server alive. */
  unref(): void;
}

export interface ChildEvents {
  onReport(report: Report): void;
  /** Once, whatever happens: "SIGKILL" or "status 1", and what the process wrote before. */
  onEnd(how: string, words: string): void;
}

export type StartChild = (events: ChildEvents) => Child;

const CHILD = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));

/** Forks the process that holds pigpio. */
export const forkChild: StartChild = ({ onReport, onEnd }) => {
  const child = fork(CHILD, [], {
    // Not the server's options, and not its environment, which holds its secrets.
    execArgv: [],
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = collect(child);
  let ended = false;
  const end = (how: string) => {
    if (!ended) onEnd(how, lastWords(said()));
    ended = true;
  };
  child.on('message', (report: Report) => onReport(report));
  child.on('error', (error) => end(error.message));
  // Not 'exit': by 'close' everything that it wrote has arrived.
  child.on('close', (code, signal) => end(signal ?? `status ${code}`));
  return {
    send: (request) => void child.send(request, () => {}),
    kill: () => void child.kill('SIGKILL'),
    unref: () => unref(child),
  };
};

/** What it writes at most, so that a child that complains for years costs nothing. */
const KEPT_CHARACTERS = 4000;

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-KEPT_CHARACTERS);
    });
  }
  return () => text;
}

function unref(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  // A pipe is a socket, which the types do not say.
  for (const stream of [child.stdout, child.stderr] as unknown as { unref?(): void }[]) stream.unref?.();
}
