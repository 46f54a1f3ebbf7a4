import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDevice, atTrueTime, IN_1970, TRUE_START } from './a-device.ts';

describe('readings that move to their true time', () => {
  for (const wrongBy of [10_000, -10_000, 20_000, -20_000, 1, -1]) {
    it(`keep their milliseconds when they move by ${wrongBy} ms onto others that are still to be moved`, (t) => {
      const { life, stored } = aDevice(t);
      const { take, trust } = life('a', TRUE_START + 5000 - wrongBy, 5000);
      const instants = Array.from({ length: 50 }, (_, round) => 5000 + round * 10_000);
      const close = Array.from({ length: 20 }, (_, round) => 600_000 + round);
      take(...instants, ...close);
      assert.ok(trust(TRUE_START, 3) > 10, 'in many steps');
      assert.deepEqual(stored(), atTrueTime(...instants, ...close));
    });
  }
});

describe('a kill in the middle of moving', () => {
  it('loses and doubles nothing: the next life of the same start of the machine goes on', (t) => {
    const { life, stored, untrusted } = aDevice(t);
    const first = life('a', IN_1970, 5000);
    const instants = Array.from({ length: 100 }, (_, round) => 5000 + round * 1000);
    first.take(...instants);
    assert.equal(first.operations.trustRun({ run: first.run.id, offset: TRUE_START, limit: 37 }), 37);
    first.database.close();
    assert.equal(untrusted(), 63);

    const second = life('a', TRUE_START + 200_000, 200_000);
    assert.equal(second.run.trusted, true);
    second.trust(TRUE_START + 999, 10);
    assert.deepEqual([stored(), untrusted()], [atTrueTime(...instants), 0], 'by what the first life learned');
  });

  it('goes on also behind another start of the machine', (t) => {
    const { life, stored, untrusted } = aDevice(t);
    const first = life('a', IN_1970, 5000);
    first.take(5000, 15_000, 25_000);
    first.operations.trustRun({ run: first.run.id, offset: TRUE_START, limit: 1 });
    first.database.close();
    life('b', TRUE_START + 86_400_000, 1000).trust(TRUE_START + 86_399_000);
    assert.deepEqual([stored(), untrusted()], [atTrueTime(5000, 15_000, 25_000), 0]);
  });

  it('undoes a step that was not finished: all of its rows or none', (t) => {
    const { life, stored, database } = aDevice(t);
    const { take, operations, run } = life('a', IN_1970, 5000);
    take(5000, 15_000, 25_000);
    const before = stored();
    database.exec(
      `CREATE TRIGGER stop BEFORE INSERT ON reading WHEN new.value = 15000 BEGIN SELECT RAISE(ABORT, 'cut'); END`,
    );
    assert.throws(() => operations.trustRun({ run: run.id, offset: TRUE_START, limit: 10 }), /cut/);
    assert.deepEqual(stored(), before);
    database.exec('DROP TRIGGER stop');
    operations.trustRun({ run: run.id, offset: TRUE_START, limit: 10 });
    assert.deepEqual(stored(), atTrueTime(5000, 15_000, 25_000));
  });
});
