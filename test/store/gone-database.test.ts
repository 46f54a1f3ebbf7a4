import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aRow, openStore } from './a-store.ts';

/** Looks come this far apart in a server; commits of these stores every 5 s. */
const LOOK_MS = 4000;
const GONE = /^The database .+ is gone: its directory was removed, renamed or unmounted while the server runs/;
const REPLACED = /^Another file has taken the place of the database .+ while the server runs/;

/** A store in a directory of its own that holds one reading; `live` is ten seconds with a reading in each, and tells the status after each. */
async function aStoreIn(t: TestContext, folder: string) {
  const rig = await openStore(t, join(folder, 'edge.db'));
  const { store, clock } = rig;
  store.append([aRow({ at: 1 })]);
  await store.flush();
  let at = 1;
  const live = async () => {
    const seen: string[] = [];
    for (let second = 0; second < 10; second++) {
      store.append([aRow({ at: ++at })]);
      await clock.advance(1000);
      if (second % (LOOK_MS / 1000) === 0) await store.probe(1000);
      if (second % 5 === 4) await store.flush();
      seen.push(store.health().status);
    }
    return seen;
  };
  return { ...rig, folder, live };
}

function aFolder(t: TestContext): string {
  const folder = join(temporaryFolder(t), 'data');
  mkdirSync(folder);
  return folder;
}

/** Mounted for the length of a test; undefined, and the test skipped, where that is not allowed. */
function aMount(t: TestContext): string | undefined {
  if (process.getuid?.() !== 0) return t.skip('a file system of its own needs root') as undefined;
  const folder = aFolder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8M', 'tmpfs', folder]);
  return folder;
}

const unmount = (folder: string) => execFileSync('umount', ['--lazy', folder]);

/** How a directory can go, each with what is at its place after it. */
const ENDS: Record<string, { make: typeof aMount; end: (folder: string) => void; left: string[] | null }> = {
  'is removed': { make: aFolder, end: (folder) => rmSync(folder, { recursive: true }), left: null },
  'is emptied': {
    make: aFolder,
    end: (folder) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
    left: [],
  },
  'is renamed': { make: aFolder, end: (folder) => renameSync(folder, `${folder}-elsewhere`), left: null },
  'is unmounted': { make: aMount, end: unmount, left: [] },
};

describe('a data directory under a running store', () => {
  for (const [what, { make, end, left }] of Object.entries(ENDS)) {
    it(`that ${what} is a fault at the next look, and nothing is made in its place`, async (t) => {
      const folder = make(t);
      if (folder === undefined) return;
      const { store, live, stored } = await aStoreIn(t, folder);
      end(folder);
      await store.probe(3_600_000);
      assert.match(store.health().lastError ?? '', GONE, 'also where no reading comes');
      await store.probe(3_600_000);
      assert.match(store.health().lastError ?? '', GONE, 'and it stays one');
      assert.deepEqual(new Set(await live()), new Set(['failing']));
      assert.match(store.health().lastError ?? '', GONE);
      assert.equal(store.health().pendingRows, 10, 'what is read is kept in memory');
      assert.deepEqual(await stored(), [[1, 20]], 'what was read before stays readable');
      assert.deepEqual(existsSync(folder) ? readdirSync(folder) : null, left);
    });
  }

  it('refuses to say of a rule that it is stored', async (t) => {
    const { store, folder } = await aStoreIn(t, aFolder(t));
    rmSync(folder, { recursive: true });
    await assert.rejects(store.ask('putRule', { id: 'fan', at: 1, run: 0, definition: '{}' }), { message: GONE });
    assert.match(store.health().lastError ?? '', GONE);
  });
});

describe('a data directory that comes back', () => {
  it('with the same file is well again, and has every reading', async (t) => {
    const { store, folder, live, stored } = await aStoreIn(t, aFolder(t));
    renameSync(folder, `${folder}-elsewhere`);
    await live();
    renameSync(`${folder}-elsewhere`, folder);
    await live();
    assert.deepEqual([store.health().status, store.health().pendingRows], ['ok', 0]);
    assert.equal((await stored()).length, 21);
  });

  it('from under another mount is well again, and nothing was written to that', async (t) => {
    const folder = aFolder(t);
    if (process.getuid?.() !== 0) return t.skip('a file system of its own needs root');
    const { store, live, stored } = await aStoreIn(t, folder);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    await live();
    assert.match(store.health().lastError ?? '', GONE);
    assert.deepEqual(readdirSync(folder), []);
    unmount(folder);
    await live();
    assert.deepEqual([store.health().status, store.health().pendingRows], ['ok', 0]);
    assert.equal((await stored()).length, 21);
  });

  it('with another file asks for a restart, and leaves that file and its logs alone to the end', async (t) => {
    const { store, folder, live } = await aStoreIn(t, aFolder(t));
    renameSync(folder, `${folder}-elsewhere`);
    await live();
    mkdirSync(folder);
    const names = ['edge.db', 'edge.db-rows', 'edge.db-wal', 'edge.db-shm'];
    for (const name of names) writeFileSync(join(folder, name), `another ${name}`);
    await live();
    assert.match(store.health().lastError ?? '', REPLACED);
    assert.equal(store.health().pendingRows, 20);
    await store.close();
    assert.deepEqual(readdirSync(folder).sort(), names.toSorted());
    for (const name of names) assert.equal(readFileSync(join(folder, name), 'utf8'), `another ${name}`);
  });

  it('after a stop has what was stored before it went', async (t) => {
    const { store, folder, file } = await aStoreIn(t, aFolder(t));
    renameSync(folder, `${folder}-elsewhere`);
    await store.close();
    renameSync(`${folder}-elsewhere`, dirname(file));
    const { stored } = await openStore(t, file);
    assert.deepEqual(await stored(), [[1, 20]]);
  });
});
