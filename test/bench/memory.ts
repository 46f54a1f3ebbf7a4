import { setTimeout as pause } from 'node:timers/promises';
import { judged, shown } from './figures.ts';
import { startOnLargeStore } from './large-store.ts';
import { startPeers } from './peers.ts';
import { peakPssMb, pssMb } from './process-figures.ts';
import type { Answer, Bench, Question } from './question.ts';
import type { Running } from './running.ts';
import { type Load, load, needsWrk } from './wrk.ts';

const MAX_REST_MB = 80;
const MAX_LOAD_MB = 100;
const CONNECTIONS = 64;
const SAMPLES = 5;

const EVERY_SERVER: readonly Omit<Load, 'seconds' | 'connections'>[] = [
  { path: '/api/status' },
  { path: '/api/readings?limit=50' },
  { path: '/api/readings?limit=1000' },
  { path: '/api/led', body: '{"action":"toggle"}' },
];
const OURS = [...EVERY_SERVER, { path: '/api/sensors/air_temp_c/readings?limit=50' }];

async function atRest({ pid }: Running): Promise<number[]> {
  const seen: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    seen.push(pssMb(pid));
    await pause(500);
  }
  return seen;
}

/** The peak of each kind of load, one after the other. */
async function underLoad({ pid, url }: Running, loads: typeof OURS, seconds: number): Promise<number[]> {
  const peaks: number[] = [];
  for (const each of loads) {
    peaks.push(await peakPssMb(pid, load(url, { ...each, connections: CONNECTIONS, seconds })));
  }
  return peaks;
}

async function ask(bench: Bench): Promise<Answer> {
  const { server, how } = await startOnLargeStore(bench);
  const peers = await startPeers(bench, server, ['/api/status', '/api/readings?limit=50', '/api/readings?limit=1000']);
  await pause(bench.short ? 2000 : 30_000);
  const loaded = needsWrk(bench);
  const rows: string[][] = [];
  const targets = [];
  for (const each of [server, ...peers]) {
    const ours = each === server;
    const rest = await atRest(each);
    const peaks = loaded ? await underLoad(each, ours ? OURS : [...EVERY_SERVER], bench.short ? 1 : 10) : [];
    const peak = peaks.length > 0 ? [Math.max(...peaks)] : [];
    rows.push([each.name, shown(rest, 'MB'), ...peaks.map((mb) => shown([mb])), ...(ours ? [] : [''])]);
    if (!ours) continue;
    targets.push(judged('memory at rest', rest, { atMost: MAX_REST_MB, unit: 'MB' }));
    if (loaded) targets.push(judged('memory under load, the peak', peak, { atMost: MAX_LOAD_MB, unit: 'MB' }));
  }
  return {
    how:
      `Proportional set size of each server with its children. ${how} Under load: ${CONNECTIONS} connections on one ` +
      'route after the other, the peak of each in MB; the last one is of the store and the product alone.',
    targets,
    tables: [{ head: ['Server', 'At rest', 'status', 'readings 50', 'readings 1000', 'led', 'stored readings'], rows }],
  };
}

export const memory: Question = { name: 'memory', title: 'Memory at rest and under load', ask };
