import type { Database } from 'better-sqlite3';
import type { Reason } from './gaps.ts';
import type { GivenUp } from './given-up.ts';
import type { SeriesTable } from './series-table.ts';
import type { SummariesTable } from './summaries-table.ts';

/** Rows that go in one step. A window goes whole, so that the rows of an hour are the most. */
const ROWS_A_STEP = 2000;

interface Tables {
  series: SeriesTable;
  summaries: SummariesTable;
  givenUp: GivenUp;
}

interface Series {
  id: number;
  isSensor: boolean;
}

/** Lets go of rows of the table `reading`. What is in an open window, or waits for its true time, is not touched. */
export class RetentionRows {
  readonly #tables: Tables;
  readonly #all;
  readonly #oldest;
  readonly #newest;
  readonly #firstOpen;
  readonly #firstUnsent;
  readonly #boundary;
  readonly #delete;
  readonly #lostRun;
  readonly #untrusted;
  readonly #deleteOne;

  constructor(database: Database, tables: Tables) {
    this.#tables = tables;
    const instant = (sql: string) => database.prepare<number[], number | null>(sql).pluck();
    this.#all = database.prepare<[], { id: number; kind: string }>('SELECT id, kind FROM series');
    this.#oldest = instant('SELECT at FROM reading WHERE series = ? AND run = 0 ORDER BY at LIMIT 1');
    this.#newest = instant('SELECT at FROM reading WHERE series = ? ORDER BY at DESC LIMIT 1');
    this.#firstOpen = instant('SELECT min(start) FROM open_window WHERE series = ?');
    this.#firstUnsent = instant(
      'SELECT start FROM outbox WHERE series = ? AND size > 0 AND refused IS NULL ORDER BY start LIMIT 1',
    );
    this.#boundary = instant(
      'SELECT at FROM reading WHERE series = ? AND at >= ? AND at < ? AND run = 0 ORDER BY at LIMIT 1 OFFSET ?',
    );
    this.#delete = database.prepare<number[]>(
      'DELETE FROM reading WHERE series = ? AND at >= ? AND at < ? AND run = 0',
    );
    this.#lostRun = instant(
      `SELECT id FROM run AS r
       WHERE shift IS NULL AND EXISTS (SELECT 1 FROM reading WHERE run > 0 AND run = r.id) ORDER BY id LIMIT 1`,
    );
    this.#untrusted = database.prepare<number[], { at: number; quality: number }>(
      'SELECT at, quality FROM reading WHERE run > 0 AND run = ? AND series = ? ORDER BY at LIMIT ?',
    );
    this.#deleteOne = database.prepare<[number, number]>('DELETE FROM reading WHERE series = ? AND at = ?');
  }

  /** Purges the oldest rows before `limit` that are summarised; `sent`: whose summaries have arrived as well. */
  purge(limit: number, { sent }: { sent: boolean }): boolean {
    let first = { id: 0, oldest: Number.POSITIVE_INFINITY, until: 0 };
    for (const series of this.#series()) {
      const oldest = this.#oldest.get(series.id) ?? Number.POSITIVE_INFINITY;
      if (oldest >= first.oldest || oldest >= limit) continue;
      const until = this.#ceiling(series, limit, sent);
      if (until > oldest) first = { id: series.id, oldest, until };
    }
    if (first.id === 0) return false;
    const { id, oldest, until } = first;
    const boundary = this.#boundary.get(id, oldest, until, ROWS_A_STEP);
    let end = boundary == null ? until : this.#aligned(id, boundary);
    if (end <= oldest) end = Math.min(until, this.#endOfWindow(id, oldest));
    this.#delete.run(id, oldest, end);
    this.#tables.series.setPurgedUntil(id, Math.max(end, this.#tables.series.purgedUntil(id)));
    return true;
  }

  /** The last resort of a device that never learns the time: the oldest rows of its oldest run, told when it is known. */
  dropUntrusted(): boolean {
    const run = this.#lostRun.get();
    if (run == null) return false;
    const all = this.#series();
    for (const { id, isSensor } of all) {
      const rows = this.#untrusted.all(run, id, Math.ceil(ROWS_A_STEP / all.length));
      for (const { at } of rows) this.#deleteOne.run(id, at);
      const good = rows.filter(({ quality }) => isSensor && quality === 0);
      const [from, to] = [good[0]?.at ?? 0, good.at(-1)?.at ?? 0];
      const reason: Reason = 'no room on the device';
      this.#tables.givenUp.hold({ series: id, run, from, to, count: good.length, reason });
    }
    return true;
  }

  #series(): Series[] {
    return this.#all.all().map(({ id, kind }) => ({ id, isSensor: kind === 'sensor' }));
  }

  /** Rows before it may go. The newest stays: it is an output's state, and later than it is the time of the next start. */
  #ceiling({ id, isSensor }: Series, limit: number, sent: boolean): number {
    const newest = this.#newest.get(id) ?? 0;
    if (!isSensor) return Math.min(limit, newest);
    const open = this.#firstOpen.get(id) ?? Number.POSITIVE_INFINITY;
    const unsent = (sent ? this.#firstUnsent.get(id) : null) ?? Number.POSITIVE_INFINITY;
    return this.#aligned(id, Math.min(limit, newest, open, unsent));
  }

  /** A window goes whole or not at all: of half its rows no next revision could be made. */
  #aligned(series: number, at: number): number {
    return this.#tables.summaries.covering(series, at)?.start ?? at;
  }

  #endOfWindow(series: number, at: number): number {
    const window = this.#tables.summaries.covering(series, at);
    return window === undefined ? at + 1 : window.start + window.sizeMs;
  }
}
