import { type Lost, type StoredRow, UNKNOWN_RUN } from './protocol.ts';

/** More than a day of ten sensors at 10 s: beyond it the oldest rows that wait are given up, and counted. */
const MOST_ROWS = 100_000;

/** Rows of one transaction, and the readings that were given up before them. It is tried again as it is. */
export interface RowBatch {
  rows: StoredRow[];
  lost: Lost[];
}

/** Rows that wait for their commit. */
export class PendingRows {
  /** Rows that were given up ever. */
  dropped = 0;
  /** True while rows wait for the number of their run: nothing can be written. */
  awaitsRun = false;
  #rows: StoredRow[] = [];
  #lost = new Map<string, Lost>();

  get length(): number {
    return this.#rows.length;
  }

  /** `besides`: rows that wait elsewhere, for their commit's second try. */
  append(rows: readonly StoredRow[], besides: number): void {
    this.#rows.push(...rows);
    this.awaitsRun ||= rows.some(({ run }) => run === UNKNOWN_RUN);
    const excess = this.#rows.length + besides - MOST_ROWS;
    if (excess > 0) for (const row of this.#rows.splice(0, excess)) this.#giveUp(row);
  }

  adopt(run: number): void {
    for (const row of this.#rows) if (row.run === UNKNOWN_RUN) row.run = run;
    const lost = [...this.#lost.values()];
    this.#lost.clear();
    for (const loss of lost) this.#note(loss.run === UNKNOWN_RUN ? { ...loss, run } : loss);
    this.awaitsRun = false;
  }

  /** At most so many of the oldest rows, and what was given up since the last batch. */
  take(most: number): RowBatch {
    const batch = { rows: this.#rows.splice(0, most), lost: [...this.#lost.values()] };
    this.#lost.clear();
    return batch;
  }

  #giveUp({ kind, name, at, quality, run }: StoredRow): void {
    this.dropped += 1;
    // What is no good reading is in no summary either.
    if (kind === 'sensor' && quality === 'good') this.#note({ sensor: name, run, from: at, to: at, count: 1 });
  }

  #note(loss: Lost): void {
    const key = `${loss.run} ${loss.sensor}`;
    const before = this.#lost.get(key);
    if (before === undefined) this.#lost.set(key, loss);
    else {
      before.from = Math.min(before.from, loss.from);
      before.to = Math.max(before.to, loss.to);
      before.count += loss.count;
    }
  }
}
