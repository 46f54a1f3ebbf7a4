import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { installation } from '../deploy/installation.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { report } from './figures.ts';
import { canMountImages } from './tools.ts';

const CUTS = 20;
/** What the installer works with: before and after each of their calls the power may go. */
const TOOLS = ['install', 'mv', 'ln', 'sync', 'tar', 'rm', 'mkdir', 'chmod'];
const SYSTEM_FILES = [
  'etc/systemd/system/pi-edge-api.service',
  'etc/sysusers.d/pi-edge-api.conf',
  'etc/udev/rules.d/60-pi-edge-api.rules',
];
const SERVER = 'dist/src/server.js';
const versionOf = (version: string) =>
  `# ${version}\n${'a line that is long enough for a block of its own\n'.repeat(200)}`;

/** Mounts an image. Files that are renamed over others get no help from the file system. */
function mount(image: string): { folder: string; unmount: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-update-'));
  execFileSync('mount', ['-o', 'loop,noauto_da_alloc', image, folder]);
  return {
    folder,
    unmount() {
      execFileSync('umount', [folder]);
      rmdirSync(folder);
    },
  };
}

/** What is wrong with an installation after a cut: files that are neither the old one nor the new one, links that lead nowhere. */
function faultsOf(root: string): string[] {
  const isWhole = (path: string) => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return ['old', 'new'].some((version) => text === versionOf(version));
  };
  const current = join(root, 'opt/pi-edge-api', readlinkSync(join(root, 'opt/pi-edge-api/current')));
  const faults = [...SYSTEM_FILES.map((file) => join(root, file)), join(current, SERVER)].filter(
    (path) => !isWhole(path),
  );
  if (readFileSync(join(root, 'etc/pi-edge-api/config.yaml'), 'utf8') !== 'device: { id: mine }\n')
    faults.push('config');
  return faults;
}

/**
 * Updates an installation on an image, which is copied at every step of the installer: what such a copy has is what the
 * card has when the power goes. Names are on the card at once, and contents when they are synced or the kernel likes to.
 */
function cutUpdate(t: TestContext, spoil: (installer: string) => string = (installer) => installer): number {
  const workshop = temporaryFolder(t);
  const image = join(workshop, 'card');
  execFileSync('truncate', ['-s', '16M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  const card = mount(image);
  let broken = 0;
  try {
    const pi = installation(t, { card: card.folder });
    const release = (version: string) => {
      for (const file of [
        'deploy/pi-edge-api.service',
        'deploy/pi-edge-api.sysusers.conf',
        'deploy/pi-edge-api.rules',
        SERVER,
      ]) {
        writeFileSync(join(pi.checkout, file), versionOf(version));
      }
    };
    release('old');
    assert.equal(pi.install('--prebuilt').status, 0);
    writeFileSync(pi.path('etc/pi-edge-api/config.yaml'), 'device: { id: mine }\n');
    writeFileSync(pi.path('other'), '');
    execFileSync('sync', ['-f', card.folder]);
    release('new');
    const installer = join(pi.checkout, 'deploy/install.sh');
    writeFileSync(installer, spoil(readFileSync(installer, 'utf8')));
    const other = pi.path('other');
    // Somebody else's sync has the file system write its journal: all names, no contents.
    const cut = `echo >>"${other}"; /bin/sync "${other}"; /bin/cp --sparse=always "${image}" "$(/bin/mktemp "${workshop}/cut-XXXXXX")"`;
    for (const tool of TOOLS) pi.watch(tool, cut);
    const { status, output } = pi.install('--prebuilt');
    assert.equal(status, 0, output);
    const cuts = readdirSync(workshop).filter((name) => name.startsWith('cut-'));
    assert.ok(cuts.length >= CUTS, `${cuts.length} cuts`);
    t.diagnostic(`${cuts.length} cuts`);
    for (const name of cuts) {
      const after = mount(join(workshop, name));
      try {
        if (faultsOf(after.folder).length > 0) broken += 1;
      } finally {
        after.unmount();
      }
    }
  } finally {
    card.unmount();
  }
  return broken;
}

test('a power cut at any step of an update leaves a service that starts, with the old release or the new one', (t) => {
  if (!canMountImages(t)) return;
  assert.equal(cutUpdate(t), 0);
  /** As files are installed usually. */
  const unsynced = (installer: string) =>
    installer
      .replaceAll(/^\s*sync .*$/gm, '')
      .replace('"$source" "$target.new"', '"$source" "$target"')
      .replace(/mv -T "\$target.new" "\$target"/, 'true');
  const broken = cutUpdate(t, unsynced);
  assert.ok(broken > 0, 'without syncs the same cuts break it');
  report(t, {
    fault: 'Power cut while `install.sh` updates',
    how: 'an image is copied before and after each step of the installer, and mounted again; names are there at once, contents only when synced',
    seen: `0 installations broken; without writing beside, syncing and renaming: ${broken}`,
  });
});
