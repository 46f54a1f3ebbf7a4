import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digits } from './figures.ts';
import { fillStore } from './filled-store.ts';
import { product } from './product.ts';
import type { Bench } from './question.ts';
import { type Running, start } from './running.ts';

/** Made once and kept between runs. */
export const CACHE = join(tmpdir(), 'pi-edge-api-bench');

export const LARGE_SENSORS = ['air_temp_c', 'soil_temp_c', 'water_temp_c', 'leaf_temp_c'];
const MONTH_S = 30 * 86_400;
const SHORT_ROUNDS = 50_000;
/** Changes with what {@link fillStore} makes of it. */
const EDITION = 2;

export interface LargeStore {
  server: Running;
  rows: number;
  /** First and last instant that it has. */
  from: number;
  to: number;
  /** How it came to be, in a sentence. */
  how: string;
}

interface Made {
  end: number;
  seconds: number;
}

async function make(file: string, rounds: number): Promise<Made> {
  const partial = `${file}.part`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(partial + suffix, { force: true });
  const end = Math.floor(Date.now() / 1000) * 1000;
  const seconds = await fillStore({ file: partial, sensors: LARGE_SENSORS, rounds, end });
  renameSync(partial, file);
  writeFileSync(`${file}.json`, JSON.stringify({ end, seconds } satisfies Made));
  return { end, seconds };
}

/** The product on a month of four sensors at one reading a second. It gets a copy, and may write to it. */
export async function startOnLargeStore(bench: Bench): Promise<LargeStore> {
  const rounds = bench.short ? SHORT_ROUNDS : MONTH_S;
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, `${rounds}-${EDITION}.db`);
  const known = existsSync(`${file}.json`) && existsSync(file);
  const made: Made = known ? JSON.parse(readFileSync(`${file}.json`, 'utf8')) : await make(file, rounds);
  const data = temporaryFolder(bench.lifetime);
  copyFileSync(file, join(data, 'edge.db'));
  const sensors = LARGE_SENSORS.map((id, seed) => ({ id, kind: 'simulated', unit: '°C', seed }));
  const config = { sensors, store: { max_mb: 4096, keep_readings_days: 3650 }, rules: [] };
  const server = await start(await product(bench.lifetime, { data, config }), bench.lifetime);
  const rows = rounds * LARGE_SENSORS.length;
  const rate = digits(rows / made.seconds);
  return {
    ...{ server, rows, from: made.end - rounds * 1000, to: made.end },
    how:
      `The store holds ${digits(rows)} rows: ${LARGE_SENSORS.length} sensors at one reading a second, ` +
      `${digits(rounds / 86_400)} days. It was made through the store's own code, summaries included, in ` +
      `${digits(made.seconds)} s (${rate} rows/s). Its room and the days that rows are kept are raised for it.`,
  };
}
