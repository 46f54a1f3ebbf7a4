import type { Database } from 'better-sqlite3';
import { allPages, usedPages } from './database.ts';
import type { Gaps } from './gaps.ts';
import type { GivenUp } from './given-up.ts';
import type { OpenWindow, OpenWindows } from './open-windows.ts';
import type { OutboxTable } from './outbox-table.ts';
import type { Retaining } from './protocol.ts';
import { RetentionBacklog } from './retention-backlog.ts';
import { RetentionHistory } from './retention-history.ts';
import { RetentionRefused } from './retention-refused.ts';
import { RetentionRows } from './retention-rows.ts';
import type { SeriesTable } from './series-table.ts';
import type { SummariesTable } from './summaries-table.ts';
import type { WindowClosing } from './window-closing.ts';

/** Shares of the room: where making room begins, and where it ends. */
const PRESSURE = 0.85;
const RELIEF = 0.8;
const KEEP_SUMMARIES_MS = 400 * 86_400_000;

interface Tables {
  series: SeriesTable;
  summaries: SummariesTable;
  outbox: OutboxTable;
  gaps: Gaps;
  givenUp: GivenUp;
  openWindows: OpenWindows;
  closing: WindowClosing;
}

interface Room {
  /** Pages that the database may have by its limit. */
  pages: number;
  /** Pages that it finds room for on the disk, as of now. */
  pagesOnDisk: () => number;
}

/**
 * Keeps the database within its room. Each step is one small transaction, so that no commit waits long behind it.
 * Alerts are never dropped, and what else is dropped is counted.
 */
export class Retention {
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #room: Room;
  readonly #rows: RetentionRows;
  readonly #history: RetentionHistory;
  readonly #backlog: RetentionBacklog;
  readonly #refused: RetentionRefused;
  readonly #blocked;
  #relieving = false;

  constructor(database: Database, tables: Tables, room: Room) {
    this.#database = database;
    this.#tables = tables;
    this.#room = room;
    this.#rows = new RetentionRows(database, tables);
    this.#history = new RetentionHistory(database, tables.series);
    this.#backlog = new RetentionBacklog(database, tables);
    this.#refused = new RetentionRefused(database, tables, room.pages);
    this.#blocked = database.prepare<[], OpenWindow>(
      `SELECT series, start, size AS sizeMs FROM open_window AS w WHERE EXISTS
       (SELECT 1 FROM reading WHERE series = w.series AND at >= w.start + w.size AND run = 0) ORDER BY start LIMIT 1`,
    );
  }

  /** One step; false when there is nothing to do, or nothing that could be done. */
  step(retaining: Retaining): boolean {
    return this.#database.transaction(() => this.#routine(retaining) || this.#relieve(retaining))();
  }

  #routine({ now, keepReadingsMs }: Retaining): boolean {
    return this.#rows.purge(now - keepReadingsMs, { sent: false }) || this.#history.forget(now - KEEP_SUMMARIES_MS);
  }

  /**
   * What nobody will take goes first, then what has arrived, then what is known twice, then detail, and only then the
   * oldest readings.
   */
  #relieve(retaining: Retaining): boolean {
    if (!this.#underPressure()) return false;
    return (
      this.#refused.drop(retaining) ||
      this.#rows.purge(Number.MAX_SAFE_INTEGER, { sent: true }) ||
      this.#rows.purge(Number.MAX_SAFE_INTEGER, { sent: false }) ||
      this.#history.forget(Number.MAX_SAFE_INTEGER) ||
      this.#backlog.merge(retaining) ||
      this.#unblock(retaining) ||
      this.#backlog.drop(retaining) ||
      this.#rows.dropUntrusted()
    );
  }

  #underPressure(): boolean {
    const share = usedPages(this.#database) / this.#roomPages();
    if (!this.#relieving && share > PRESSURE) {
      this.#relieving = true;
      this.#backlog.begin();
    } else if (share <= RELIEF) this.#relieving = false;
    return this.#relieving;
  }

  /**
   * On a disk that is full otherwise room is made as well, while it still can be: a transaction that deletes needs some.
   * What the file has is its own: others that fill the disk do not take more of it than the usual share.
   */
  #roomPages(): number {
    const { pages, pagesOnDisk } = this.#room;
    return Math.min(pages, Math.max(pagesOnDisk(), allPages(this.#database)));
  }

  /** After a backward step of the clock a window stays open in front of rows that are closed: it holds them all back. */
  #unblock(retaining: Retaining): boolean {
    const window = this.#blocked.get();
    if (window === undefined) return false;
    this.#tables.closing.closeEarly(window, retaining);
    return true;
  }
}
