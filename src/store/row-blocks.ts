import { crc32 } from 'node:zlib';
import type { SeriesKind, StoredRow } from './protocol.ts';

/** What a card writes in one go, and a file system keeps in one place. */
export const BLOCK_BYTES = 4096;
const MAGIC = 0x31574f52; // "ROW1"
/** Behind the magic number, in bytes: sum 4, generation 6, number of the block 4, blocks of its batch that follow 2, length of the rows 2. */
const SUM_AT = 4;
const GENERATION_AT = 8;
const NUMBER_AT = 14;
const FOLLOW_AT = 18;
const LENGTH_AT = 20;
const ROWS_AT = 22;
/** A database that lost its own log is a few generations behind; one that never knew this log is far away from it. */
const NEWER = 1_000_000;

type Name = [SeriesKind, string];
/** Which of the names, then the row. */
type Packed = [number, number, number | null, StoredRow['quality'], 0 | 1];

export interface Decoded {
  generation: number;
  /** How many blocks hold them. */
  blocks: number;
  rows: StoredRow[];
}

/**
 * A batch of rows whose time is trusted, as blocks, the first of which has the given number. Undefined where a row cannot
 * be written so that it comes back as it is.
 */
export function encodeBlocks(rows: readonly StoredRow[], generation: number, first: number): Buffer[] | undefined {
  const open: OpenBlock[] = [];
  for (const row of rows) {
    if (open.at(-1)?.add(row)) continue;
    const next = new OpenBlock();
    if (!next.add(row)) return undefined;
    open.push(next);
  }
  return open.map((block, n) => block.close({ generation, number: first + n, follow: open.length - 1 - n }));
}

/**
 * All whole batches of one generation from the first block on: of the given one, or of one that came after it, which the
 * tables cannot have either. null: of the one that the first block is of.
 */
export function decodeBlocks(bytes: Buffer, generation: number | null): Decoded | undefined {
  const found: Block[] = [];
  for (let at = 0; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) {
    const block = headOf(bytes.subarray(at, at + BLOCK_BYTES));
    if (block === undefined || block.number !== found.length) break;
    if (block.generation !== (found[0] ?? block).generation) break;
    found.push(block);
  }
  const of = found[0]?.generation;
  if (of === undefined || (generation !== null && (of < generation || of > generation + NEWER))) return undefined;
  // A batch that was cut short was never acknowledged, and is tried again as a whole.
  const blocks = found.findLastIndex(({ follow }) => follow === 0) + 1;
  return blocks === 0 ? undefined : { generation: of, blocks, rows: found.slice(0, blocks).flatMap(rowsOf) };
}

interface Head {
  generation: number;
  number: number;
  follow: number;
}

type Block = Head & { rows: Buffer };

class OpenBlock {
  readonly #names: string[] = [];
  readonly #rows: string[] = [];
  #bytes = '[[],[]]'.length;

  /** False where the block is full, or the row has no form. */
  add({ kind, name, at, value, quality, simulated }: StoredRow): boolean {
    if (!Number.isSafeInteger(at) || !(value === null || Number.isFinite(value))) return false;
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

  close({ generation, number, follow }: Head): Buffer {
    const block = Buffer.alloc(BLOCK_BYTES);
    const length = block.write(`[[${this.#names}],[${this.#rows}]]`, ROWS_AT);
    block.writeUInt32LE(MAGIC, 0);
    block.writeUIntLE(generation, GENERATION_AT, 6);
    block.writeUInt32LE(number, NUMBER_AT);
    block.writeUInt16LE(follow, FOLLOW_AT);
    block.writeUInt16LE(length, LENGTH_AT);
    block.writeUInt32LE(sumOf(block, length), SUM_AT);
    return block;
  }
}

const sumOf = (block: Buffer, length: number) => crc32(block.subarray(GENERATION_AT, ROWS_AT + length));

/** Undefined for what is no whole block. */
function headOf(block: Buffer): Block | undefined {
  const length = block.readUInt16LE(LENGTH_AT);
  if (block.readUInt32LE(0) !== MAGIC || length > BLOCK_BYTES - ROWS_AT) return undefined;
  if (block.readUInt32LE(SUM_AT) !== sumOf(block, length)) return undefined;
  return {
    generation: block.readUIntLE(GENERATION_AT, 6),
    number: block.readUInt32LE(NUMBER_AT),
    follow: block.readUInt16LE(FOLLOW_AT),
    rows: block.subarray(ROWS_AT, ROWS_AT + length),
  };
}

function rowsOf({ rows: text }: Block): StoredRow[] {
  const [names, rows] = JSON.parse(text.toString()) as [Name[], Packed[]];
  return rows.map(([index, at, value, quality, simulated]) => {
    const [kind, name] = names[index] as Name;
    return { kind, name, at, value, quality, simulated: simulated === 1, run: 0 };
  });
}
