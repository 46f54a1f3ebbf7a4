import { crc32 } from 'node:zlib';
import type { SeriesKind, StoredRow } from './protocol.ts';

/** What a card writes in one go, and a file system keeps in one place. */
export const BLOCK_BYTES = 4096;
const MAGIC = 0x31574f52; // "ROW1"
/** Behind the magic number and the sum: generation in 6 bytes, number of the block in 4, length of the rows in 2. */
const SUM_AT = 4;
const GENERATION_AT = 8;
const NUMBER_AT = 14;
const LENGTH_AT = 18;
const ROWS_AT = 20;

type Name = [SeriesKind, string];
/** Which of the names, then the row. */
type Packed = [number, number, number | null, StoredRow['quality'], 0 | 1];

export interface Decoded {
  generation: number;
  /** How many blocks hold them. */
  blocks: number;
  rows: StoredRow[];
}

/** Rows whose time is trusted as blocks, the first of which has the given number. A block can be read without the others. */
export function encodeBlocks(rows: readonly StoredRow[], generation: number, first: number): Buffer[] {
  const blocks: Buffer[] = [];
  let block = new OpenBlock();
  for (const row of rows) {
    if (block.add(row)) continue;
    blocks.push(block.close(generation, first + blocks.length));
    block = new OpenBlock();
    block.add(row);
  }
  if (rows.length > 0) blocks.push(block.close(generation, first + blocks.length));
  return blocks;
}

/** All whole blocks of one generation from the first block on; null: of the one that the first block is of. */
export function decodeBlocks(bytes: Buffer, generation: number | null): Decoded | undefined {
  const rows: StoredRow[] = [];
  let blocks = 0;
  let of = generation;
  for (; (blocks + 1) * BLOCK_BYTES <= bytes.length; blocks++) {
    const block = bytes.subarray(blocks * BLOCK_BYTES, (blocks + 1) * BLOCK_BYTES);
    if (!isWhole(block) || block.readUInt32LE(NUMBER_AT) !== blocks) break;
    of ??= block.readUIntLE(GENERATION_AT, 6);
    if (block.readUIntLE(GENERATION_AT, 6) !== of) break;
    rows.push(...rowsOf(block));
  }
  return of === null || blocks === 0 ? undefined : { generation: of, blocks, rows };
}

class OpenBlock {
  readonly #names: string[] = [];
  readonly #rows: string[] = [];
  #bytes = '[[],[]]'.length;

  /** False where the block is full. */
  add({ kind, name, at, value, quality, simulated }: StoredRow): boolean {
    const text = JSON.stringify([kind, name] satisfies Name);
    const known = this.#names.indexOf(text);
    const index = known < 0 ? this.#names.length : known;
    const row = JSON.stringify([index, at, value, quality, simulated ? 1 : 0] satisfies Packed);
    const more = Buffer.byteLength(row) + 1 + (known < 0 ? Buffer.byteLength(text) + 1 : 0);
    if (this.#bytes + more > BLOCK_BYTES - ROWS_AT) return false;
    this.#bytes += more;
    this.#rows.push(row);
    if (known < 0) this.#names.push(text);
    return true;
  }

  close(generation: number, number: number): Buffer {
    const block = Buffer.alloc(BLOCK_BYTES);
    const length = block.write(`[[${this.#names}],[${this.#rows}]]`, ROWS_AT);
    block.writeUInt32LE(MAGIC, 0);
    block.writeUIntLE(generation, GENERATION_AT, 6);
    block.writeUInt32LE(number, NUMBER_AT);
    block.writeUInt16LE(length, LENGTH_AT);
    block.writeUInt32LE(sumOf(block, length), SUM_AT);
    return block;
  }
}

function isWhole(block: Buffer): boolean {
  const length = block.readUInt16LE(LENGTH_AT);
  if (block.readUInt32LE(0) !== MAGIC || length > BLOCK_BYTES - ROWS_AT) return false;
  return block.readUInt32LE(SUM_AT) === sumOf(block, length);
}

const sumOf = (block: Buffer, length: number) => crc32(block.subarray(GENERATION_AT, ROWS_AT + length));

function rowsOf(block: Buffer): StoredRow[] {
  const text = block.toString('utf8', ROWS_AT, ROWS_AT + block.readUInt16LE(LENGTH_AT));
  const [names, rows] = JSON.parse(text) as [Name[], Packed[]];
  return rows.map(([index, at, value, quality, simulated]) => {
    const [kind, name] = names[index] as Name;
    return { kind, name, at, value, quality, simulated: simulated === 1, run: 0 };
  });
}
