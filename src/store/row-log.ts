import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ROW_LOG, syncFolder } from './medium.ts';
import type { StoredRow } from './protocol.ts';
import { BLOCK_BYTES, type Decoded, decodeBlocks, encodeBlocks } from './row-blocks.ts';

/**
 * Rows that are on the card and not yet in the tables, in a file of its own. A batch is one block, or a few, written over
 * older ones in place and synced with fdatasync: that is the least that a card can be asked for. A commit of the database
 * writes a page of each table that it touches, and has the file system note the time of its own log as well.
 *
 * The database knows which generation of blocks is not in its tables. A new one begins at the first block again; what is
 * left of older ones, or of a write that was cut short, is told from rows by its generation and its sum.
 */
export class RowLog {
  readonly #file: string;
  readonly #capacity: number;
  #generation = 0;
  #used = 0;

  /** @param capacity in blocks of {@link BLOCK_BYTES} */
  constructor(database: string, capacity: number) {
    this.#file = database + ROW_LOG;
    this.#capacity = capacity;
  }

  /**
   * What was appended and did not get into the tables. `generation` is the one that the database waits for; null where it
   * does not know: then whatever the file holds. Throws what the system says.
   */
  recover(generation: number | null): Decoded | undefined {
    const bytes = existsSync(this.#file) ? readFileSync(this.#file) : Buffer.alloc(0);
    const found = decodeBlocks(bytes, generation);
    this.#generation = found?.generation ?? generation ?? this.#generation;
    this.#used = found?.blocks ?? 0;
    return found;
  }

  /** From now on blocks are of this generation, and those before it count no more. */
  begin(generation: number): void {
    this.#generation = generation;
    this.#used = 0;
  }

  /** On the card when it returns true; false where there is no room left. Throws what the system says. */
  append(rows: readonly StoredRow[]): boolean {
    const blocks = encodeBlocks(rows, this.#generation, this.#used);
    if (this.#used + blocks.length > this.#capacity) return false;
    const descriptor = openOrMake(this.#file);
    try {
      const bytes = Buffer.concat(blocks);
      const written = writeSync(descriptor, bytes, 0, bytes.length, this.#used * BLOCK_BYTES);
      if (written < bytes.length) throw new Error('the disk is full');
      fdatasyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    this.#used += blocks.length;
    return true;
  }
}

function openOrMake(file: string): number {
  if (existsSync(file)) return openSync(file, 'r+');
  const made = openSync(file, 'wx+');
  syncFolder(dirname(file));
  return made;
}
