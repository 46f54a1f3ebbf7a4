import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { newFile, WINDOW_MS } from './a-store.ts';

it('no database is made before the file that has to be there first, which follows when the disk takes it', async (t) => {
  const file = newFile(t);
  const before = { file: join(dirname(file), 'device-id'), text: 'greenhouse-1a2b\n' };
  const obstacle = `${before.file}.${process.pid}`; // in the way of its draft
  mkdirSync(obstacle);
  const store = await Store.open({
    ...{ file, before, windowMs: WINDOW_MS, commitEveryMs: 1000, clock: new FakeClock() },
    publishing: () => ({ device: 'pi', upstream: false, now: 0 }),
  });
  t.after(() => store.close());
  assert.notEqual(store.health().lastError, null);
  assert.equal(existsSync(file), false);

  rmdirSync(obstacle);
  await store.ask('commit', { rows: [], again: false });
  assert.equal(existsSync(file), true);
  assert.equal(readFileSync(before.file, 'utf8'), before.text);
});
