import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'undici';
import { percentile } from '../faults/figures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digits, judged, shown } from './figures.ts';
import { LARGE_SENSORS, type LargeStore, startOnLargeStore } from './large-store.ts';
import type { Answer, Bench, Question } from './question.ts';
import { load, needsWrk, type Seen } from './wrk.ts';

const RANGES = 1000;
const TURNS = 3;
const MAX_P99_MS = 20;
const DAY_MS = 86_400_000;

/** First pages of ranges that begin anywhere and are up to a week long, forwards and backwards. */
function randomPaths({ from, to }: LargeStore, limit: number): string[] {
  return Array.from({ length: RANGES }, () => {
    const first = from + Math.random() * (to - from);
    const end = Math.min(to, first + Math.random() * 7 * DAY_MS) + 1000;
    const sensor = LARGE_SENSORS[Math.floor(Math.random() * LARGE_SENSORS.length)];
    const range = `from=${new Date(first).toISOString()}&to=${new Date(end).toISOString()}`;
    return `/api/sensors/${sensor}/readings?${range}&limit=${limit}&order=${Math.random() < 0.5 ? 'asc' : 'desc'}`;
  });
}

/** Milliseconds of each answer, asked one after the other over one connection. */
async function oneByOne(url: string, paths: readonly string[]): Promise<number[]> {
  const client = new Client(url);
  const times: number[] = [];
  for (const path of paths) {
    const begin = performance.now();
    const { statusCode, body } = await client.request({ path, method: 'GET' });
    await body.text();
    times.push(performance.now() - begin);
    if (statusCode !== 200) throw new Error(`${statusCode} ${path}`);
  }
  await client.close();
  return times;
}

async function ask(bench: Bench): Promise<Answer> {
  const store = await startOnLargeStore(bench);
  const pages: string[][] = [];
  const targets = [];
  for (const limit of [50, 1000]) {
    const p50: number[] = [];
    const p99: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const times = await oneByOne(store.server.url, randomPaths(store, limit));
      p50.push(percentile(times, 0.5));
      p99.push(percentile(times, 0.99));
    }
    pages.push([String(limit), shown(p50, 'ms'), shown(p99, 'ms')]);
    targets.push(judged(`first page of any range, ${limit} rows: p99`, p99, { atMost: MAX_P99_MS, unit: 'ms' }));
  }
  const loads = needsWrk(bench) ? await underLoad(bench, store) : [];
  return {
    how:
      `${store.how} Ranges begin anywhere and are up to a week long, in both orders; ${RANGES} of them a turn, one ` +
      'after the other, and then from many connections. Median (minimum to maximum) of the turns.',
    targets,
    tables: [
      { head: ['Rows of a page', 'p50', 'p99'], rows: pages },
      { head: ['Connections', 'Pages of 50 rows/s', 'p50 in ms', 'p99 in ms', 'Failed'], rows: loads },
    ],
  };
}

async function underLoad({ short, lifetime }: Bench, store: LargeStore): Promise<string[][]> {
  const paths = join(temporaryFolder(lifetime), 'paths');
  writeFileSync(paths, `${randomPaths(store, 50).join('\n')}\n`);
  const rows: string[][] = [];
  for (const connections of short ? [16] : [1, 16, 64, 256]) {
    const turns: Seen[] = [];
    for (let turn = 0; turn < (short ? 1 : TURNS); turn++) {
      turns.push(await load(store.server.url, { path: '/', paths, connections, seconds: short ? 2 : 5 }));
    }
    const failed = turns.reduce((sum, seen) => sum + seen.failed, 0);
    const of = (key: 'requestsPerS' | 'p50Ms' | 'p99Ms') => shown(turns.map((seen) => seen[key]));
    rows.push([String(connections), of('requestsPerS'), of('p50Ms'), of('p99Ms'), digits(failed)]);
  }
  return rows;
}

export const history: Question = { name: 'history', title: 'Stored readings, first page of any range', ask };
