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
const SETTLE_S = 30;
const SECTOR = 512;
const MB = 2 ** 20;

/** An ext4 card of its own, mounted as Raspberry Pi OS does it, and what its device has been given to write. */
function aCard(lifetime: Lifetime): { folder: string; writtenBytes: () => number } {
  const workshop = temporaryFolder(lifetime);
  const [image, folder] = [join(workshop, 'card'), join(workshop, 'mounted')];
  mkdirSync(folder);
  execFileSync('truncate', ['-s', '256M', image]);
  execFileSync('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image]);
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

async function ask(bench: Bench): Promise<Answer> {
  const { lifetime, short } = bench;
  if (process.getuid?.() !== 0 || !isThere('sh', '-c', 'command -v mkfs.ext4 && test -e /dev/loop-control')) {
    bench.skip('it needs root and loop devices, to mount a card of its own.');
    return { how: '', targets: [], tables: [] };
  }
  const seconds = short ? 10 : 900;
  const seen: string[][] = [];
  const targets = [];
  for (const commitEveryS of short ? [5] : [5, 60]) {
    const card = aCard(lifetime);
    const data = join(card.folder, 'data');
    mkdirSync(data);
    const server = await start(
      await product(lifetime, { data, config: { store: { commit_every_s: commitEveryS } } }),
      lifetime,
    );
    await pause((short ? 1 : SETTLE_S) * 1000);
    const before = card.writtenBytes();
    await pause(seconds * 1000);
    const mbADay = ((card.writtenBytes() - before) / MB / seconds) * DAY_S;
    await server.stop();
    seen.push([`${commitEveryS} s`, `${digits(mbADay)} MB`]);
    if (commitEveryS === 5) {
      targets.push(judged('written a day, commits every 5 s', [mbADay], { atMost: MAX_MB_A_DAY, unit: 'MB' }));
    }
  }
  return {
    how:
      `${SENSORS.length} sensors at one reading a second, the whole product with summaries and uplink, on an ext4 card in a loop ` +
      `device of its own. Counted by the kernel for that device, the file system's journal included, over ${seconds} s and ` +
      'taken times a day. A card writes more than it is given: its blocks are larger.',
    targets,
    tables: [{ head: ['A power cut may cost the readings of', 'Written a day'], rows: seen }],
  };
}

export const card: Question = { name: 'card', title: 'What is written to the card', ask };
