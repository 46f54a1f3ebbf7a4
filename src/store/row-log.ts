import { closeSync, existsSync, fdatasyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
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
  /** Why a part of the file could not be read; it is set aside when a new generation begins. */
  unreadable: string | undefined;
  readonly #file: string;
  readonly #capacity: number;
  #generation = 0;
  #used = 0;

  /** @param capacity in blocks of {@link BLOCK_BYTES} */
  constructor(database: string, capacity: number) {
    this.#file = database + ROW_LOG;
    this.#capacity = capacity;
  }

  /** Where a file lies that could not be read. */
  get setAside(): string {
    return `${this.#file}.broken`;
  }

  /**
   * What was appended and did not get into the tables. `generation` is the one that the database waits for; null where it
   * does not know: then whatever the file holds.
   */
  recover(generation: number | null): Decoded | undefined {
    const found = decodeBlocks(this.#read(), generation);
    this.#generation = found?.generation ?? generation ?? 0;
    this.#used = found?.blocks ?? 0;
    return found;
  }

  /** From now on blocks are of this generation, and those before it count no more. */
  begin(generation: number): void {
    if (this.unreadable !== undefined && existsSync(this.#file)) renameSync(this.#file, this.setAside);
    this.unreadable = undefined;
    this.#generation = generation;
    this.#used = 0;
  }

  /** All of it is in the tables: whoever does not know the generation is not to take it for rows that wait. */
  discard(): void {
    rmSync(this.#file, { force: true });
  }

  /** On the card when it returns true; false where it has no room for them, or no form. Throws what the system says. */
  append(rows: readonly StoredRow[]): boolean {
    const blocks = encodeBlocks(rows, this.#generation, this.#used);
    if (blocks === undefined || this.#used + blocks.length > this.#capacity) return false;
    const descriptor = this.#open();
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

  /** Only a generation that begins may make the file: in one that has vanished the blocks before would be missing. */
  #open(): number {
    if (this.#used > 0 || existsSync(this.#file)) return openSync(this.#file, 'r+');
    const made = openSync(this.#file, 'wx+');
    try {
      syncFolder(dirname(this.#file));
      return made;
    } catch (error) {
      closeSync(made);
      rmSync(this.#file, { force: true });
      throw error;
    }
  }

  /** As much as can be read: a sector that is gone costs what lies behind it, and no more. */
  #read(): Buffer {
    const blocks: Buffer[] = [];
    let descriptor: number | undefined;
    try {
      if (!existsSync(this.#file)) return Buffer.alloc(0);
      descriptor = openSync(this.#file, 'r');
      for (;;) {
        const block = Buffer.alloc(BLOCK_BYTES);
        if (readSync(descriptor, block, 0, BLOCK_BYTES, blocks.length * BLOCK_BYTES) < BLOCK_BYTES) break;
        blocks.push(block);
      }
    } catch (error) {
      this.unreadable = (error as Error).message;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
    return Buffer.concat(blocks);
  }
}
