import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { judged, shown } from './figures.ts';
import { pythonPeers } from './peers.ts';
import { PRELOAD, type Stamps } from './preload/stamps.ts';
import { product } from './product.ts';
import type { Answer, Bench, Question } from './question.ts';
import { start } from './running.ts';

const MAX_START_S = 0.6;
const MAX_SAFE_S = 0.4;

async function ask(bench: Bench): Promise<Answer> {
  const { lifetime, short } = bench;
  const data = temporaryFolder(lifetime);
  const stamps = join(temporaryFolder(lifetime), 'stamps.json');
  const ours = await product(lifetime, { data });
  const watched = await product(lifetime, { data, node: ['--import', PRELOAD], env: { BENCH_STAMPS: stamps } });
  const commands = [ours, { ...watched, name: 'watched' }, ...pythonPeers(bench)];
  const seen = new Map<string, number[]>(commands.map(({ name }) => [name, []]));
  const safe: number[] = [];
  for (let turn = 0; turn < (short ? 3 : 15); turn++) {
    for (const command of commands) {
      const running = await start(command, lifetime);
      await running.stop();
      seen.get(command.name)?.push(running.startMs / 1000);
      if (command.name === 'watched') safe.push((JSON.parse(readFileSync(stamps, 'utf8')) as Stamps).safeMs / 1000);
    }
  }
  const starts = seen.get(ours.name) ?? [];
  return {
    how:
      'From the start of the process to the first 200 of /api/health, asked every 2 ms, and to the moment at which every ' +
      'output has been driven to its safe state (seen by a module loaded before the server, in starts of its own). The ' +
      'database is there already, and so are the files in the cache of the system.',
    targets: [
      judged('start to the first 200', starts, { atMost: MAX_START_S, unit: 's' }),
      judged('start to safe outputs', safe, { atMost: MAX_SAFE_S, unit: 's' }),
    ],
    tables: [
      {
        head: ['Server', 'First 200'],
        rows: [...seen].filter(([name]) => name !== 'watched').map(([name, times]) => [name, shown(times, 's')]),
      },
    ],
  };
}

export const starting: Question = { name: 'start', title: 'Start', ask };
