import type { Cancel, Clock } from '../clock.ts';
import type { DiskWatch } from './disk-watch.ts';
import { PendingRows, type RowBatch } from './pending-rows.ts';
import type { Commit, StoredRow, Usage } from './protocol.ts';
import type { Publishing } from './records.ts';

interface Options {
  /** On disk when it resolves. */
  write: (batch: Commit) => Promise<Usage>;
  disk: Pick<DiskWatch, 'writes' | 'took' | 'refused'>;
  commitEveryMs: number;
  clock: Clock;
  /** Who is told of readings that were given up. */
  publishing: () => Publishing;
}

/** What has gathered while a disk was away is written in parts: the log of a small database has no room for all. */
const ROWS_A_COMMIT = 10_000;

/** Writes rows batch by batch. No row waits longer than `commitEveryMs`, unless the disk does not take it. */
export class RowWriter {
  lastCommitAt: number | null = null;
  readonly #options: Options;
  readonly #pending = new PendingRows();
  /** What a commit failed with. */
  #again: RowBatch | undefined;
  /** Rows that are on their way to the disk for the first time. */
  #underWay = 0;
  #committing: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
  }

  get pendingRows(): number {
    return this.#pending.length + this.#underWay + (this.#again?.rows.length ?? 0);
  }

  get droppedRows(): number {
    return this.#pending.dropped;
  }

  /** True while a batch that failed waits for its next try. */
  get triesAgain(): boolean {
    return this.#again !== undefined;
  }

  append(rows: readonly StoredRow[]): void {
    this.#pending.append(rows, this.#again?.rows.length ?? 0);
    this.#commitLater();
  }

  /** Rows that were taken before their run had its number get it now; until then nothing is written. */
  adopt(run: number): void {
    this.#pending.adopt(run);
  }

  /** A round is complete: commit it now, unless the last commit is younger than the batch may be old. */
  settle(): void {
    const { clock, commitEveryMs } = this.#options;
    if (clock.monotonic() - this.#lastCommit >= commitEveryMs) void this.flush();
  }

  /** Resolves when everything that was appended before has been tried. */
  async flush(): Promise<void> {
    while (this.#committing) await this.#committing;
    this.#committing = this.#commit().finally(() => {
      this.#committing = undefined;
    });
    await this.#committing;
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  async #commit(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#pending.awaitsRun) return this.#commitLater();
    if (this.#again !== undefined) await this.#write(this.#again, true);
    // What comes while this is written waits for its own commit: more commits than are asked for wear the card.
    let left = this.#pending.length;
    while (left > 0 && this.#again === undefined) {
      await this.#write(this.#pending.take(Math.min(left, ROWS_A_COMMIT)), false);
      left -= ROWS_A_COMMIT;
    }
  }

  async #write(batch: RowBatch, again: boolean): Promise<void> {
    const { clock, disk, publishing, write } = this.#options;
    this.#lastCommit = clock.monotonic();
    disk.writes();
    this.#underWay = again ? 0 : batch.rows.length;
    try {
      const lost = batch.lost.length === 0 ? undefined : { readings: batch.lost, publishing: publishing() };
      const usage = await write({ rows: batch.rows, again, ...(lost && { lost }) });
      this.#again = undefined;
      this.lastCommitAt = clock.now();
      disk.took(usage);
    } catch (error) {
      this.#again = batch;
      disk.refused((error as Error).message);
      this.#commitLater();
    } finally {
      this.#underWay = 0;
    }
  }

  #commitLater(): void {
    const { clock, commitEveryMs } = this.#options;
    this.#cancelTimer ??= clock.after(commitEveryMs, () => void this.flush());
  }
}
