import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openDatabase } from '../../src/store/database.ts';
import { openOrRecover, recover } from '../../src/store/opening.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { aRow, newFile, WINDOW_MS } from './a-store.ts';

const ITEMS = 10_000;
const PLENTY = 2 ** 29;
const SCARCE = 2 ** 20;
const DYING = new URL('./dying-recovery.ts', import.meta.url).pathname;

/** A database with items that wait, the last batch of which was number 41. */
function aFile(t: TestContext): string {
  const file = newFile(t);
  const database = openDatabase(file);
  database.pragma('synchronous = OFF');
  database.exec(`
    INSERT INTO series (id, kind, name) VALUES (1, 'sensor', 'air');
    UPDATE batch_count SET last = 41;
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ITEMS - 1})
    INSERT INTO outbox (lane, item_id, item, series, start, size, readings, made_at)
      SELECT 'summary', 'pi/air/' || i, json_object('id', 'pi/air/' || i, 'sensor', 'air', 'note', hex(zeroblob(150))),
      1, i * ${WINDOW_MS}, ${WINDOW_MS}, 30, 0 FROM n;`);
  database.close();
  return file;
}

function open(t: TestContext, file: string, maxBytes = PLENTY) {
  const opened = openOrRecover({ file, maxBytes });
  t.after(() => opened.database.close());
  return opened;
}

const itemsIn = ({ database }: ReturnType<typeof open>) =>
  database.prepare<[], number>('SELECT count(*) FROM outbox').pluck().get();
const besides = (file: string) => readdirSync(dirname(file)).filter((name) => !/^edge\.db(-wal|-shm)?$/.test(name));

describe('a recovery that is cut short', () => {
  for (const looks of [3, 1500, 9000]) {
    it(`is begun again, not taken for a finished one: killed at look ${looks}`, (t) => {
      const file = aFile(t);
      const { signal } = spawnSync(process.execPath, [DYING, file, String(looks)]);
      assert.equal(signal, 'SIGKILL');
      assert.ok(existsSync(`${file}.new`), 'it had begun');
      // The next start finds the same breakage.
      recover({ file, maxBytes: PLENTY }, 'a test').database.close();
      const opened = open(t, file);
      assert.equal(itemsIn(opened), ITEMS);
      assert.equal(opened.database.prepare('SELECT last FROM batch_count').pluck().get(), 41);
      assert.deepEqual(
        besides(file).map((name) => name.replace(/\d+T\d+Z/, '')),
        ['edge.db.broken-'],
      );
    });
  }

  it('leaves the broken one under its name, so that nothing is served that is half there', (t) => {
    const file = aFile(t);
    const size = statSync(file).size;
    spawnSync(process.execPath, [DYING, file, '5000']);
    assert.equal(statSync(file).size, size);
    assert.equal(itemsIn(open(t, file)), ITEMS);
  });

  it('between the two names is finished by the next start, which tells of it', (t) => {
    const file = aFile(t);
    const { database, recovery } = recover({ file, maxBytes: PLENTY }, 'a test');
    database.close();
    renameSync(file, `${file}.new`);
    writeFileSync(`${file}-wal`, 'the log of the broken one');
    const opened = open(t, file);
    assert.equal(itemsIn(opened), ITEMS);
    assert.deepEqual([opened.recovery?.file, opened.recovery?.items], [recovery.file, ITEMS]);
    assert.ok(existsSync(`${recovery.file}-wal`));
  });

  it('is not made of a half one where a person has taken the broken one away', (t) => {
    const file = aFile(t);
    spawnSync(process.execPath, [DYING, file, '5000']);
    renameSync(file, `${file}.mine`);
    const opened = open(t, file);
    assert.deepEqual([itemsIn(opened), opened.recovery], [0, undefined]);
  });
});

it('a recovery that finds no room ends with an empty database that works, says so, and keeps the broken file', (t) => {
  const file = aFile(t);
  const { database, recovery } = recover({ file, maxBytes: SCARCE }, 'a test');
  t.after(() => database.close());
  assert.deepEqual([recovery.items, recovery.readings], [0, 0]);
  assert.match(recovery.reason, /^a test; nothing could be saved from it: .*full/);
  assert.ok(statSync(recovery.file).size > SCARCE);
  storeOperations(database, WINDOW_MS, SCARCE).commit({ rows: [aRow({ at: 1 })], again: false });
  const last = database.prepare<[], number>('SELECT last FROM batch_count').pluck().get() ?? 0;
  assert.equal(last, 41, 'a batch that is under way keeps its number for itself');
  const held = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  assert.deepEqual(
    held.filter((path) => path.startsWith(file) && /new|broken/.test(path)),
    [],
  );
});
