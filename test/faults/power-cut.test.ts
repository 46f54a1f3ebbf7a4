import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { Receiver, type Summary } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seeded } from '../uplink/seeded.ts';
import { Device } from './device.ts';
import { report } from './figures.ts';
import { goodRows, integrity, openCopy } from './recovered.ts';
import { canMountImages } from './tools.ts';
import { Witness } from './witness.ts';

const CUTS = 20;
const LONGEST_BETWEEN_MS = 600;
const NODE_WITHOUT_SYNC = ['--import', new URL('./without-sync.ts', import.meta.url).href];

/** Mounts an image, for the length of a test. */
function mount(t: TestContext, image: string): { folder: string; unmount: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-card-'));
  execFileSync('mount', ['-o', 'loop', image, folder]);
  const unmount = () => {
    if (!existsSync(folder)) return;
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  };
  t.after(unmount);
  return { folder, unmount };
}

/** Items the receiver has acknowledged and the device does not know any more, as it sent them. */
function forgotten(database: Database, receiver: Receiver): string[] {
  const find = database.prepare<(string | number)[], { count: number }>(
    `SELECT count FROM summary JOIN series ON series.id = summary.series
     WHERE kind = 'sensor' AND name = ? AND start = ? AND revision = ?`,
  );
  const summaries = [...receiver.items.values()] as Summary[];
  return summaries
    .filter(
      ({ sensor, window_start, revision, count }) =>
        find.get(sensor, Date.parse(window_start), revision)?.count !== count,
    )
    .map(({ id }) => id);
}

/** Cuts the power of a running server again and again; answers what each cut has lost of what was acknowledged. */
async function cutPower(t: TestContext, node: readonly string[]): Promise<{ lost: number[]; acknowledged: number }> {
  const workshop = temporaryFolder(t);
  const image = join(workshop, 'card');
  execFileSync('truncate', ['-s', '32M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  const card = mount(t, image);
  const data = join(card.folder, 'data');
  mkdirSync(data);
  const receiver = await Receiver.start(t);
  const device = new Device(t, { upstream: receiver.url, data });
  const witness = new Witness();
  const random = seeded(42);
  const life = await device.start({ node });
  execFileSync('sync'); // what is lost from now on is readings, and not the tables that were just made
  const over = new AbortController();
  const watching = witness.watch(life.url, over.signal);
  const lost: number[] = [];
  for (let cut = 0; cut < CUTS; cut++) {
    await pause(200 + random() * LONGEST_BETWEEN_MS);
    life.child.kill('SIGSTOP');
    await pause(20); // what was answered before the stop is read
    const copy = join(workshop, `cut-${cut}`);
    copyFileSync(image, copy);
    const after = mount(t, copy);
    const database = openCopy(t, join(after.folder, 'data'));
    after.unmount();
    assert.equal(integrity(database), 'ok');
    lost.push(witness.missingIn(goodRows(database)).length + forgotten(database, receiver).length);
    life.child.kill('SIGCONT');
  }
  over.abort();
  await watching;
  await life.kill();
  card.unmount();
  return { lost, acknowledged: witness.readings + receiver.items.size };
}

/** Only root can be asked for it, also in CI. */
test('a power cut loses nothing that was acknowledged', async (t) => {
  if (!canMountImages(t)) return;
  const { lost, acknowledged } = await cutPower(t, []);
  assert.deepEqual(lost, Array(CUTS).fill(0));
  report(t, {
    fault: 'power cut',
    how: `${CUTS} cuts of an ext4 card in a loop device, server stopped, blocks copied and mounted again`,
    seen: `0 of ${acknowledged} acknowledged readings and windows lost`,
  });
});

test('negative control: where commits are not synced the same cuts lose what was acknowledged', async (t) => {
  if (!canMountImages(t)) return;
  const { lost, acknowledged } = await cutPower(t, NODE_WITHOUT_SYNC);
  const cuts = lost.filter((count) => count > 0).length;
  assert.ok(cuts > 0);
  report(t, {
    fault: 'negative control of it: no sync',
    how: `the same ${CUTS} cuts, synchronous=NORMAL and a log of the readings that is not synced`,
    seen: `${cuts} cuts lost up to ${Math.max(...lost)} of ${acknowledged} acknowledged readings and windows`,
  });
});
