import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { API_KEY } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const WINDOW_MS = 1000;
export const SENSORS = ['air_temp_c', 'soil_temp_c', 'humidity'] as const;

/** The compiled server, as it is deployed; `npm run test:faults` builds it first. */
const SERVER = new URL('../../dist/src/server.js', import.meta.url).pathname;
const GIVE_UP_MS = 60_000;

interface Options {
  /** Where its summaries go; without it nothing leaves the device. */
  upstream?: string;
  /** Folder of the database; one of its own by default. */
  data?: string;
  /** Sections of the configuration that are added. */
  more?: object;
}

export interface Start {
  /** Command that runs the server, like strace and its options. */
  under?: readonly string[];
  /** Options of Node. */
  node?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** One life of the server. */
export interface Life {
  child: ChildProcess;
  url: string;
  /** From the start of the process to the first 200 of /api/health. */
  startMs: number;
  /** Exit status; a signal's name where one ended it. */
  exit: Promise<number | string>;
  /** Pulls the plug. */
  kill(): Promise<void>;
}

export async function getJson<T>(url: string): Promise<T> {
  const { statusCode, body } = await request(url);
  if (statusCode !== 200) throw new Error(`${statusCode} ${url}: ${await body.text()}`);
  return (await body.json()) as T;
}

export const aSensor = (id: string, seed: number) => ({
  ...{ id, kind: 'simulated', unit: '°C', period_s: 7, noise: 2, seed },
});

/** A device that reads, commits and summarises as fast as it can be set to, in processes that may be killed. */
export class Device {
  readonly data: string;
  readonly #t: TestContext;
  readonly #config: string;

  constructor(t: TestContext, { upstream, data, more }: Options) {
    this.#t = t;
    this.data = data ?? temporaryFolder(t);
    this.#config = join(temporaryFolder(t), 'edge.yaml');
    const config = {
      sensors: SENSORS.map(aSensor),
      collect: { interval_s: 0.1 },
      store: { commit_every_s: 0.1 },
      uplink: { url: upstream, window_s: WINDOW_MS / 1000, timeout_s: 2 },
      ...more,
    };
    writeFileSync(this.#config, JSON.stringify(config)); // JSON is YAML
  }

  /** Starts the process, and does not wait for it. */
  spawn({ under = [], node = [], env = {} }: Start = {}) {
    const [command = '', ...args] = [...under, process.execPath, ...node, SERVER];
    const { PATH = '' } = process.env;
    const base = { PATH, HOST: '127.0.0.1', PORT: '0', EDGE_HARDWARE: 'simulated', EDGE_CLOCK_TRUST: 'always' };
    const own = { EDGE_API_KEY: API_KEY, EDGE_DATA_DIR: this.data, EDGE_CONFIG: this.#config };
    const child = spawn(command, args, { env: { ...base, ...own, ...env } });
    const kill = () => void child.kill('SIGKILL');
    this.#t.after(kill);
    const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (out += chunk));
    return { child, exit, said: () => out };
  }

  /** Resolves with the first 200 of /api/health, or with undefined where the process ends before. */
  async tryStart(start: Start = {}): Promise<Life | undefined> {
    const begin = performance.now();
    const { child, exit, said } = this.spawn(start);
    const ended = exit.then(() => '');
    const listening = eventually(() => /Server listening at (http:\/\/[\d.:]+)/.exec(said())?.[1], GIVE_UP_MS);
    listening.catch(() => {}); // where the process ends first
    const url = await Promise.race([listening, ended]);
    if (url === '') return undefined;
    const health = getJson(`${url}/api/health`).then(() => url);
    if ((await Promise.race([health.catch(() => ''), ended])) === '') return undefined;
    const kill = async () => {
      child.kill('SIGKILL');
      await exit;
    };
    return { child, url, startMs: performance.now() - begin, exit, kill };
  }

  async start(start: Start = {}): Promise<Life> {
    const life = await this.tryStart(start);
    if (life === undefined) throw new Error('the server ended before it answered');
    return life;
  }

  /**
   * Lets everything that is stored go upstream, and stops. Only one round is taken: what comes after it would stay in
   * a window that is still open.
   */
  async settle(start: Start = {}): Promise<void> {
    const life = await this.start({ ...start, env: { ...start.env, EDGE_COLLECT_INTERVAL_S: '3600' } });
    const backlog = async () => (await getJson<{ backlog: { items: number } }>(`${life.url}/api/uplink`)).backlog.items;
    const closed = async () => {
      const sensor = `${life.url}/api/sensors/${SENSORS[0]}`;
      const { readings } = await getJson<{ readings: { timestamp: string }[] }>(`${sensor}/readings?limit=1`);
      const { summaries } = await getJson<{ summaries: { period_end: string }[] }>(`${sensor}/summaries?limit=1`);
      return readings[0] !== undefined && summaries[0]?.period_end === readings[0].timestamp;
    };
    await eventually(async () => (await closed()) && (await backlog()) === 0, GIVE_UP_MS);
    life.child.kill('SIGTERM');
    await life.exit;
  }
}
