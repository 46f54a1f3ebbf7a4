import type { Database } from 'better-sqlite3';
import type { Window } from '../summaries/window.ts';
import type { Gaps } from './gaps.ts';
import type { Retaining } from './protocol.ts';
import type { SummariesTable } from './summaries-table.ts';

const ITEMS_A_STEP = 300;
/** As many as are listed. */
const KEPT = 100;
/** Of a very small database they take no more than a twentieth. */
const PAGES_FOR_ONE = 4;

interface Tables {
  summaries: SummariesTable;
  gaps: Gaps;
}

interface Refused {
  id: number;
  item: string;
  /** Null for an alert. */
  series: number | null;
  start: number;
  sizeMs: number;
  readings: number;
}

/**
 * Lets go of items that the receiver refuses, but for the newest, which people look at. They are not sent again, so that
 * what they say is lost upstream already: their readings go into a gap.
 */
export class RetentionRefused {
  readonly #tables: Tables;
  readonly #kept: number;
  readonly #newestToGo;
  readonly #oldest;
  readonly #newestGap;
  readonly #delete;

  constructor(database: Database, tables: Tables, roomPages: number) {
    this.#tables = tables;
    this.#kept = Math.min(KEPT, Math.floor(roomPages / PAGES_FOR_ONE));
    this.#newestToGo = database
      .prepare<[number], number>('SELECT id FROM outbox WHERE refused IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?')
      .pluck();
    // A later revision that waits may still bring the readings of this one. Of gaps the newest one of a sensor stays.
    this.#oldest = database.prepare<[number, number], Refused>(
      `SELECT id, item, series, start, size AS sizeMs, readings FROM outbox AS o
       WHERE refused IS NOT NULL AND id <= ? AND iif(size > 0,
         NOT EXISTS (SELECT 1 FROM outbox
           WHERE series = o.series AND start = o.start AND size = o.size AND refused IS NULL),
         series IS NULL OR id < (SELECT max(id) FROM outbox
           WHERE series = o.series AND lane = 'summary' AND size = 0 AND refused IS NOT NULL))
       ORDER BY id LIMIT ?`,
    );
    this.#newestGap = database.prepare<[number], { id: number; item: string }>(
      `SELECT id, item FROM outbox WHERE series = ? AND lane = 'summary' AND size = 0 AND refused IS NOT NULL
       ORDER BY id DESC LIMIT 1`,
    );
    this.#delete = database.prepare<[number]>('DELETE FROM outbox WHERE id = ?');
  }

  /** Drops the oldest; false where only the newest are left. */
  drop(retaining: Retaining): boolean {
    const last = this.#newestToGo.get(this.#kept);
    if (last === undefined) return false;
    const refused = this.#oldest.all(last, ITEMS_A_STEP);
    for (const item of refused) this.#drop(item, retaining);
    return refused.length > 0;
  }

  #drop({ id, item, series, start, sizeMs, readings }: Refused, retaining: Retaining): void {
    this.#delete.run(id);
    if (series === null) return; // an alert stays in the list of alerts
    const newest = sizeMs === 0 ? this.#newestGap.get(series) : undefined;
    if (newest !== undefined) this.#tables.gaps.fold({ item, readings }, newest);
    else if (readings > 0) this.#giveUp({ series, item, readings }, { start, sizeMs }, retaining);
  }

  #giveUp(refused: Pick<Refused, 'item' | 'readings'> & { series: number }, window: Window, retaining: Retaining) {
    const { series, readings } = refused;
    const { period_start, period_end } = JSON.parse(refused.item) as { period_start: string; period_end: string };
    this.#tables.summaries.giveUp(series, window);
    const [from, to] = [Date.parse(period_start), Date.parse(period_end)];
    const loss = { series, from, to, count: readings, reason: 'refused by the receiver' as const };
    this.#tables.gaps.add(loss, { ...retaining, upstream: true });
  }
}
