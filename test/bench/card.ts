import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digits, judged } from './figures.ts';
import type { Lifetime } from './lifetime.ts';
import { isThere } from './machine.ts';
import { product, SENSORS } from './product.ts';
import type { Answer, Bench, Question } from './question.ts';
import { start } from './running.ts';

const MAX_MB_A_DAY = 300;
const DAY_S = 86_400;
/** The first window is over, and every file has the length that it keeps. */
const SETTLE_S = 330;
const SECTOR = 512;
const MB = 2 ** 20;

/** An ext4 card of its own, mounted as Raspberry Pi OS does it, and what its device has been given to write. */
function aCard(lifetime: Lifetime): { folder: string; writtenBytes: () => number } {
  const workshop = temporaryFolder(lifetime);
  const [image, folder] = [join(workshop, 'card'), join(workshop, 'mounted')];
  mkdirSync(folder);
  execFileSync('truncate', ['-s', '1G', image]);
  // A small file system would get small blocks, and a journal that is as much smaller.
  execFileSync('mkfs.ext4', ['-q', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image]);
  execFileSync('mount', ['-o', 'loop,noatime', image, folder]);
  lifetime.after(() => execFileSync('umount', ['--lazy', folder]));
  const device = basename(execFileSync('findmnt', ['-no', 'SOURCE', folder], { encoding: 'utf8' }).trim());
  const writtenBytes = () => {
    execFileSync('sync', ['--file-system', folder]);
    const [, , , , , , sectors = '0'] = readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/);
    return Number(sectors) * SECTOR;
  };
  return { folder, writtenBytes };
}

/** Megabytes a day, of a server that commits readings so often. */
async function written(bench: Bench, commitEveryS: number): Promise<number> {
  const { lifetime, short } = bench;
  const card = aCard(lifetime);
  const data = join(card.folder, 'data');
  mkdirSync(data);
  const config = { store: { commit_every_s: commitEveryS } };
  const server = await start(await product(lifetime, { data, config }), lifetime);
  await pause((short ? 1 : SETTLE_S) * 1000);
  const before = card.writtenBytes();
  await pause(secondsOf(bench) * 1000);
  const bytes = card.writtenBytes() - before;
  await server.stop();
  return (bytes / MB / secondsOf(bench)) * DAY_S;
}

const secondsOf = ({ short }: Bench) => (short ? 10 : 900);

async function ask(bench: Bench): Promise<Answer> {
  if (process.getuid?.() !== 0 || !isThere('sh', '-c', 'command -v mkfs.ext4 && test -e /dev/loop-control')) {
    bench.skip('it needs root and loop devices, to mount a card of its own.');
    return { how: '', targets: [], tables: [] };
  }
  const intervals = bench.short ? [5] : [5, 60];
  // Each of them on a card of its own, and idle nearly all the time: they do not disturb each other.
  const days = await Promise.all(intervals.map((interval) => written(bench, interval)));
  return {
    how:
      `${SENSORS.length} sensors at one reading a second, the whole product with summaries and uplink, on an ext4 card in a loop ` +
      'device of its own, with blocks of 4 KiB as cards have them. Counted by the kernel for that device, the file ' +
      `system's journal included, over ${secondsOf(bench)} s behind the first window and taken times a day. A card writes ` +
      'more than it is given: what it erases is larger.',
    targets: [judged('written a day, commits every 5 s', days.slice(0, 1), { atMost: MAX_MB_A_DAY, unit: 'MB' })],
    tables: [
      {
        head: ['A power cut may cost the readings of', 'Written a day'],
        rows: intervals.map((interval, n) => [`${interval} s`, `${digits(days[n] ?? Number.NaN)} MB`]),
      },
    ],
  };
}

export const card: Question = { name: 'card', title: 'What is written to the card', ask };
