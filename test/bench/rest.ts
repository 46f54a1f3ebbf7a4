import { setTimeout as pause } from 'node:timers/promises';
import { digits, judged } from './figures.ts';
import { pythonPeers } from './peers.ts';
import { cpuSeconds } from './process-figures.ts';
import { manySensors, product } from './product.ts';
import type { Answer, Bench, Question } from './question.ts';
import { type Running, start } from './running.ts';

const TURNS = 3;

async function ask(bench: Bench): Promise<Answer> {
  const { lifetime, short } = bench;
  const every = (intervalS: number) => ({ collect: { interval_s: intervalS } });
  const slow = await product(lifetime, { config: every(10) });
  const fast = await product(lifetime, { config: { ...every(1), sensors: manySensors(10), rules: [] } });
  const commands = [
    { ...slow, name: 'pi-edge-api, 5 sensors every 10 s' },
    { ...fast, name: 'pi-edge-api, 10 sensors every 1 s' },
    ...pythonPeers(bench),
  ];
  const servers: Running[] = [];
  for (const command of commands) servers.push(await start(command, lifetime));
  await pause(short ? 5000 : 30_000);
  const seconds = short ? 5 : 60;
  const shares = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  for (let turn = 0; turn < (short ? 1 : TURNS); turn++) {
    const before = servers.map(({ pid }) => cpuSeconds(pid));
    await pause(seconds * 1000);
    for (const [index, { name, pid }] of servers.entries()) {
      shares.get(name)?.push((100 * (cpuSeconds(pid) - (before[index] ?? 0))) / seconds);
    }
  }
  const of = (index: number) => shares.get(servers[index]?.name ?? '') ?? [];
  return {
    how:
      `Time on a processor of all threads, in percent of one core, over ${seconds} s a turn, without any request; the ` +
      'store commits every 5 s, the uploader is on. The peers write a value that does not change into memory every second.',
    targets: [
      judged('5 sensors every 10 s', of(0), { atMost: 0.5, unit: '%' }),
      judged('10 sensors every 1 s', of(1), { atMost: 2, unit: '%' }),
    ],
    tables: [
      {
        head: ['Server', 'Percent of a core, each turn'],
        rows: [...shares].map(([name, turns]) => [name, turns.map(digits).join(', ')]),
      },
    ],
  };
}

export const rest: Question = { name: 'rest', title: 'Processor at rest', ask };
