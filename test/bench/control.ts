import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../faults/figures.ts';
import { stalledFrom } from '../faults/tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digits, judged } from './figures.ts';
import { fillStore } from './filled-store.ts';
import { isThere } from './machine.ts';
import { PRELOAD, RULED_PINS, type Stamps } from './preload/stamps.ts';
import { product } from './product.ts';
import type { Answer, Bench, Question } from './question.ts';
import { start } from './running.ts';
import { load, needsWrk, type Seen } from './wrk.ts';

const INTERVAL_S = 0.1;
const STALL_MS = 400;
const CONNECTIONS = 64;
const ROUNDS_KEPT = 1000;

interface Condition {
  name: string;
  /** For the plot. */
  label: string;
  paths: readonly string[];
  stalled: boolean;
  /** Milliseconds that 99 of 100 writes take at most. */
  atMost: number;
}

/** Of the writes, for the plot: what a mean would hide. */
const SHARES = [0.5, 0.9, 0.99, 0.999, 1];

const IDLE = { name: 'idle', label: 'idle', paths: [], stalled: false, atMost: 1 };
const STATUS = ['/api/status'];
const PAGES = ['/api/readings?limit=1000'];

const sensors = RULED_PINS.map((_, seed) => ({ id: `heat_${seed}`, kind: 'simulated', unit: '°C', seed }));
const outputs = RULED_PINS.map((pin, index) => ({ id: `vent_${index}`, pin }));
const rules = RULED_PINS.map((_, index) => ({
  ...{ id: `open-${index}`, sensor: `heat_${index}`, above: 25 },
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  ...{ then: { output: `vent_${index}`, action: 'on' }, otherwise: { output: `vent_${index}`, action: 'off' } },
}));

/** A server whose five rules switch at every reading, ten times a second. */
async function measure({ lifetime, short }: Bench, { paths, stalled }: Condition): Promise<[Stamps, Seen[]]> {
  const folder = temporaryFolder(lifetime);
  const [stamps, sensorFile] = [join(folder, 'stamps.json'), join(folder, 'temp_input')];
  writeFileSync(sensorFile, '21500\n');
  const data = temporaryFolder(lifetime);
  await fillStore({
    file: join(data, 'edge.db'),
    sensors: sensors.map(({ id }) => id),
    rounds: ROUNDS_KEPT,
    end: Date.now(),
  });
  const command = await product(lifetime, {
    data,
    config: { collect: { interval_s: INTERVAL_S }, sensors, outputs, rules },
    under: stalled ? stalledFrom(1, STALL_MS) : [],
    node: ['--import', PRELOAD],
    env: { BENCH_STAMPS: stamps, BENCH_SENSOR_FILE: sensorFile },
  });
  const server = await start(command, lifetime);
  const seconds = short ? 5 : 60;
  const loads = paths.map((path) => load(server.url, { path, connections: CONNECTIONS, seconds }));
  await pause(seconds * 1000);
  const seen = await Promise.all(loads);
  await server.stop();
  return [JSON.parse(readFileSync(stamps, 'utf8')) as Stamps, seen];
}

function conditions(bench: Bench): Condition[] {
  const loaded = needsWrk(bench);
  const stalls = isThere('strace', '-f', '-qq', '-o', '/dev/null', 'true');
  if (!stalls) bench.skip('strace is not there, or may not trace (`apt-get install strace`): no write was stalled.');
  const stalledToo = { stalled: true, atMost: 5 };
  const withStalls = `every fsync stalled by ${STALL_MS} ms`;
  return [
    IDLE,
    ...(stalls ? [{ ...IDLE, name: withStalls, label: 'stalls', ...stalledToo }] : []),
    ...(loaded ? [{ name: `${STATUS} at full load`, label: 'status', paths: STATUS, stalled: false, atMost: 5 }] : []),
    ...(loaded && stalls
      ? [
          { name: `${STATUS} at full load, ${withStalls}`, label: 'status, stalls', paths: STATUS, ...stalledToo },
          { name: `${PAGES} at full load, ${withStalls}`, label: 'readings 1000, stalls', paths: PAGES, ...stalledToo },
        ]
      : []),
  ];
}

async function ask(bench: Bench): Promise<Answer> {
  const targets = [];
  const rows: string[][] = [];
  const lines: { name: string; values: number[] }[] = [];
  for (const condition of conditions(bench)) {
    const [{ latencies }, seen] = await measure(bench, condition);
    const taken = latencies.map(({ sinceTaken }) => sinceTaken);
    const begun = latencies.map(({ sinceBegun }) => sinceBegun);
    const of = (values: readonly number[]) => [0.5, 0.99, 1].map((share) => digits(percentile(values, share)));
    const rate = seen.reduce((sum, { requestsPerS }) => sum + requestsPerS, 0);
    rows.push([condition.name, digits(latencies.length), ...of(taken), ...of(begun), rate === 0 ? '' : digits(rate)]);
    lines.push({ name: condition.label, values: SHARES.map((share) => percentile(taken, share)) });
    targets.push(judged(`${condition.name}: p99`, [percentile(taken, 0.99)], { atMost: condition.atMost, unit: 'ms' }));
  }
  return {
    how:
      `${RULED_PINS.length} sensors are files that are read every ${INTERVAL_S} s, and a rule for each switches its output ` +
      'at every reading. Milliseconds from the moment at which a value has come from its file to the end of the write ' +
      'to the driver, and from the begin of reading the file, all in the compiled server and seen by a module loaded before it.',
    targets,
    tables: [
      {
        head: [
          'Condition',
          'Writes',
          'p50',
          'p99',
          'Most',
          'p50 from begin',
          'p99 from begin',
          'Most from begin',
          'Requests/s',
        ],
        rows,
      },
    ],
    plots: [
      {
        name: 'bench-control',
        title: 'From a reading to the output',
        along: 'of the writes, percent',
        marks: SHARES.map((share) => String(share * 100)),
        unit: 'milliseconds at most',
        lines,
      },
    ],
  };
}

export const control: Question = { name: 'control', title: 'From a reading to the output', ask };
