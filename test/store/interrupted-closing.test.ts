import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { WINDOW_MS } from './a-store.ts';
import { essence, LATER, openWindows, START } from './closing-by-hand.ts';

describe('a kill', () => {
  it('leaves windows open that were open: the next start closes them', (t) => {
    const before = openWindows(t);
    before.take({ at: 1000 }, { at: WINDOW_MS + 1 });
    const { close, sent } = openWindows(t, before.file);
    assert.equal(close(LATER + 86_400_000), 2);
    assert.deepEqual(essence(sent()), [
      [0, 300, 0, 1, 20],
      [300, 300, 0, 1, 20],
    ]);
  });

  for (const table of ['summary', 'outbox']) {
    it(`behind the row in ${table} leaves neither summary nor outbox row, and the window open`, (t) => {
      const { file, take, close, sent, count } = openWindows(t);
      take({ at: 1000 });
      const script = new URL('dying-process.ts', import.meta.url).pathname;
      assert.equal(spawnSync(process.execPath, [script, file, table]).signal, 'SIGKILL');
      assert.deepEqual([count('summary'), count('outbox'), count('open_window')], [0, 0, 1]);
      assert.equal(close(), 1);
      assert.deepEqual(essence(sent()), [[0, 300, 0, 1, 20]]);
    });
  }

  it('of one window does not undo the ones before it', (t) => {
    const { database, take, close, count } = openWindows(t);
    take({ at: 0 }, { at: WINDOW_MS });
    database.exec(
      `CREATE TRIGGER stop BEFORE INSERT ON outbox WHEN new.start > ${START} BEGIN SELECT RAISE(ABORT, 'cut'); END`,
    );
    assert.throws(() => close(LATER + WINDOW_MS), /cut/);
    assert.deepEqual([count('summary'), count('outbox'), count('open_window')], [1, 1, 1]);
    take({ at: WINDOW_MS + 1 });
    database.exec('DROP TRIGGER stop');
    assert.equal(close(LATER + WINDOW_MS), 1);
  });
});
