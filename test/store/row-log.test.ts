import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { StoredRow } from '../../src/store/protocol.ts';
import { BLOCK_BYTES, decodeBlocks, encodeBlocks } from '../../src/store/row-blocks.ts';
import { RowLog } from '../../src/store/row-log.ts';
import { aRow, newFile } from './a-store.ts';

const row = fc.record(
  {
    kind: fc.constantFrom('sensor', 'output'),
    name: fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' }),
    at: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
    quality: fc.constantFrom('good', 'out_of_range', 'failed', 'too_fast', 'power_on_value', 'stuck'),
    simulated: fc.boolean(),
    run: fc.constant(0),
  },
  { noNullPrototype: true },
) as fc.Arbitrary<StoredRow>;

/** A log of a database that has nothing else, and the file that it lies in. */
function aLog(t: TestContext, capacity = 256) {
  const file = newFile(t);
  const open = () => new RowLog(file, capacity);
  return { open, file: `${file}-rows` };
}

const rows = (...instants: number[]) => instants.map((at) => aRow({ at }));
const some = (count: number) => rows(...Array.from({ length: count }, (_, at) => at));
const bytesOf = (all: StoredRow[], of: number) => Buffer.concat(encodeBlocks(all, of, 0) ?? assert.fail());
const instantsIn = (log: RowLog, generation: number | null) => log.recover(generation)?.rows.map(({ at }) => at);

describe('blocks of rows', () => {
  it('give back every row as it was, in its order', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        (all, of) => {
          const bytes = bytesOf(all, of);
          assert.equal(bytes.length % BLOCK_BYTES, 0);
          assert.deepEqual(decodeBlocks(bytes, of)?.rows, all);
        },
      ),
    );
  });

  it('are nothing when a single bit of the first one fell over, wherever it is', () => {
    const bytes = bytesOf(rows(1, 2, 3), 7);
    const held = bytes.readUInt16LE(20) + 22;
    for (let bit = 0; bit < held * 8; bit++) {
      const broken = Buffer.from(bytes);
      broken.writeUInt8(broken.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.equal(decodeBlocks(broken, 7), undefined, `bit ${bit}`);
    }
  });
});

describe('a log of rows', () => {
  it('knows after a restart what was appended, and goes on behind it', (t) => {
    const { open } = aLog(t);
    const log = open();
    log.begin(5);
    log.append(rows(1, 2));
    const next = open();
    assert.deepEqual(instantsIn(next, 5), [1, 2]);
    next.append(rows(3));
    assert.deepEqual(instantsIn(open(), 5), [1, 2, 3]);
  });

  it('does not take rows of another generation for its own', (t) => {
    const { open } = aLog(t);
    const log = open();
    log.begin(5);
    for (const at of [1, 2, 3]) log.append(rows(at));
    log.begin(6);
    assert.equal(open().recover(6), undefined, 'nothing of it was appended yet');
    log.append(rows(4));
    assert.deepEqual(instantsIn(open(), 6), [4], 'blocks behind it are left over from the one before');
    assert.deepEqual(instantsIn(open(), null), [4], 'where nobody knows, it is what the file begins with');
  });

  it('has nothing of a batch that was cut short, and ends there', (t) => {
    const { open, file } = aLog(t);
    const log = open();
    log.begin(5);
    log.append(rows(1));
    log.append(some(800));
    const bytes = readFileSync(file);
    assert.ok(bytes.length > 4 * BLOCK_BYTES, `${bytes.length} bytes`);
    for (const length of [bytes.length - 1, bytes.length - BLOCK_BYTES, 2 * BLOCK_BYTES, BLOCK_BYTES + 100]) {
      writeFileSync(file, bytes.subarray(0, length));
      assert.deepEqual(instantsIn(open(), 5), [1]);
    }
    writeFileSync(file, bytes);
    assert.equal(instantsIn(open(), 5)?.length, 801);
  });

  it('is also that of a database which has lost what it wrote last, but of no other one', (t) => {
    const { open } = aLog(t);
    const log = open();
    log.begin(5);
    log.append(rows(1));
    assert.deepEqual(instantsIn(open(), 3), [1]);
    assert.equal(open().recover(6), undefined);
    assert.equal(open().recover(-2_000_000), undefined);
  });

  it('refuses rows that would not come back as they are', (t) => {
    const { open, file } = aLog(t);
    const log = open();
    const strange = [{ at: 1.5 }, { value: Number.POSITIVE_INFINITY }, { name: 'x'.repeat(5000) }];
    for (const changes of strange) assert.equal(log.append([aRow(), aRow(changes)]), false);
    assert.equal(existsSync(file), false);
  });

  it('that has vanished is not begun in the middle', (t) => {
    const { open, file } = aLog(t);
    const log = open();
    log.append(rows(1));
    rmSync(file);
    assert.throws(() => log.append(rows(2)), { code: 'ENOENT' });
    log.begin(2);
    assert.equal(log.append(rows(2)), true);
  });

  it('writes over what it wrote before, and grows no further than it may', (t) => {
    const { open, file } = aLog(t, 3);
    const log = open();
    for (let generation = 1; generation < 9; generation++) {
      log.begin(generation);
      for (const at of [1, 2, 3]) assert.equal(log.append(rows(at)), true);
      assert.equal(log.append(rows(4)), false, 'full');
      assert.deepEqual(instantsIn(open(), generation), [1, 2, 3]);
    }
    assert.equal(statSync(file).size, 3 * BLOCK_BYTES);
  });

  it('takes all rows of a batch or none', (t) => {
    const { open, file } = aLog(t, 2);
    const log = open();
    log.begin(1);
    assert.equal(log.append(some(1000)), false);
    assert.equal(existsSync(file), false);
  });
});
