import type { Database } from 'better-sqlite3';
import { HOUR_MS, windowAt } from '../summaries/window.ts';
import { RowLog } from './row-log.ts';
import { type Row, readable, TableCopy } from './table-copy.ts';
import { copyUncounted, copyUntrusted, countLeftBehind, summarisedUntil } from './uncounted.ts';

/** What came over from a broken database. */
export interface Salvaged {
  /** Items that wait to go upstream, or are set aside. */
  items: number;
  readings: number;
}

interface Options {
  /** Wall time in milliseconds since 1970. */
  now: number;
  /** False when there is no more time for it. */
  mayGoOn: () => boolean;
}

/** Raw rows for the next revisions of windows that were closed: what comes late is seldom later than a window is long. */
const KEPT_READINGS_MS = HOUR_MS;
/** Numbers that no series of the broken database had, whatever of it can be read. */
const NEW_SERIES = 1_000_000;
/** More batches than a device has between two of its acknowledgements. */
const BATCHES_AHEAD = 1_000_000;

/**
 * Copies what can be read of a broken database into an empty one, first what nobody else has, as far as the time allows:
 * rules; what waits to go upstream, in the batches that were tried already; raw rows that wait for their true time, those
 * of the last hour with their summaries, and those of windows that were never closed; then all the summaries, which the
 * API shows. Throws only where the new database cannot be written.
 */
export function salvage(from: Database, into: Database, options: Options): Salvaged {
  const tables = new TableCopy(from, into, options);
  for (const [table, key] of [...FIRST, ['series', 'id']] as const) tables.copy({ table, key: [key] });
  const items = tables.copy({ table: 'outbox', key: ['id'] }, wholeItems(into)).rows;
  numberBatches(from, into);
  keepDropped(from, into);
  const waitingSince = oldestInLog(from, keepGeneration(from, into));
  for (const table of ['alert', 'rule_change']) tables.copy({ table, key: ['id'] });
  const ids = into.prepare<[], number>("SELECT id FROM series WHERE kind = 'sensor'").pluck().all();
  const untrusted = copyUntrusted(tables);
  const series = ids.map((id) => salvageSeries(id, tables, { from, into, ...options }));
  const summaries = tables.copy({ table: 'summary', key: ['series', 'start', 'size', 'revision'] });
  into.transaction(() => {
    for (const sensor of series) settle(sensor, into, { ...options, waitingSince, summaries: summaries.whole });
  })();
  tables.copy({ table: 'output_change', key: ['id'] });
  return { items, readings: series.reduce((sum, { rows }) => sum + rows, untrusted) };
}

/** Few rows each. */
const FIRST = [
  ['rule', 'id'],
  ['rule_state', 'rule'],
  ['run', 'id'],
] as const;

interface SavedSeries {
  id: number;
  /** First instant of what was looked for. */
  since: number;
  /** Where the newest summary ends that may be lost. */
  summarisedUntil: number;
  rows: number;
  whole: boolean;
}

/** The raw rows of a sensor's last hour, the windows that were closed in it, and all its windows that were open. */
function salvageSeries(id: number, tables: TableCopy, sides: Options & Record<'from' | 'into', Database>): SavedSeries {
  const { from, now } = sides;
  const newest = readable(() =>
    from.prepare<[number], number | null>('SELECT max(at) FROM reading WHERE series = ?').pluck().get(id),
  );
  // Windows of every size that the device ever had lie within an hour: of none the rows come over in part.
  const since = windowAt((newest ?? now) - KEPT_READINGS_MS, HOUR_MS).start;
  const rows = tables.copy({ table: 'reading', where: `series = ${id} AND at >= ${since}`, key: ['at'] });
  tables.copy({ table: 'open_window', where: `series = ${id} AND start >= ${since}`, key: ['start', 'size'] });
  const recent = `series = ${id} AND start >= ${since - HOUR_MS}`;
  tables.copy({ table: 'summary', where: recent, key: ['start', 'size', 'revision'] });
  const older = copyUncounted(id, since, tables);
  countLeftBehind(id, since, sides);
  const whole = rows.whole && newest !== undefined;
  return { id, since, summarisedUntil: summarisedUntil(id, since - HOUR_MS, from), rows: rows.rows + older, whole };
}

interface Settling extends Options {
  /** Instant of the oldest row that waits in the log beside the database. */
  waitingSince: number;
  /** True when every summary came over. */
  summaries: boolean;
}

/** What comes late must not be counted as if nothing of it had been sent. */
function settle(saved: SavedSeries, into: Database, settling: Settling): void {
  const { summaries, now, waitingSince } = settling;
  const { id, since, summarisedUntil, whole } = saved;
  if (!whole) for (const forget of [FORGET_REOPENED, FORGET_SUMMARISED]) into.prepare(forget).run(id);
  const end = windowAt(now, HOUR_MS).start + HOUR_MS;
  // A summary from before this instant does not find its raw rows any more: what comes late is added to it instead.
  into.prepare('UPDATE series SET purged_until = max(purged_until, ?) WHERE id = ?').run(whole ? since : end, id);
  if (summaries) return;
  // A wall clock may be behind at a start, and nothing was summarised of what waits in the log.
  const known = Math.max(Math.min(now, waitingSince), summarisedUntil);
  into.prepare(FORGET_SUMMARIES).run({ id, summarisedUntil, known });
}

/** Which rows of a window are counted in its summary is not known without all of them. */
const FORGET_REOPENED = `DELETE FROM open_window WHERE series = ?
  AND EXISTS (SELECT 1 FROM summary AS s
    WHERE s.series = open_window.series AND s.start = open_window.start AND s.size = open_window.size)`;
/** And what is late from now on is added to the summary alone. */
const FORGET_SUMMARISED = `DELETE FROM reading WHERE series = ? AND run = 0 AND EXISTS (SELECT 1 FROM summary AS s
  WHERE s.series = reading.series AND s.start > reading.at - ${HOUR_MS} AND s.start <= reading.at
  AND s.start + s.size > reading.at)`;

/** A window that may have been sent must not be sent again as if it were new: of one that is open among such it is a gap. */
const FORGET_SUMMARIES = `UPDATE series SET forgotten_until = max(coalesce(forgotten_until, 0), coalesce(
  (SELECT min(start) FROM open_window WHERE series = @id AND start >= @summarisedUntil), @known)) WHERE id = @id`;

/** A number that was given to a batch is never given to another one: it may be under way. */
function numberBatches(from: Database, into: Database): void {
  const last = readable(() => from.prepare<[], number>('SELECT last FROM batch_count').pluck().get());
  const newest = into.prepare<[], number>('SELECT coalesce(max(batch), 0) FROM outbox').pluck().get() ?? 0;
  const safe = typeof last === 'number' ? Math.max(last, newest) : newest + BATCHES_AHEAD;
  into.prepare('UPDATE batch_count SET last = ?').run(safe);
}

/** What was given up stays counted. */
function keepDropped(from: Database, into: Database): void {
  const count = readable(() => from.prepare<[], number>('SELECT count FROM dropped_record').pluck().get());
  into.prepare('UPDATE dropped_record SET count = ?').run(typeof count === 'number' ? count : 0);
}

/** Rows that wait beside the broken database go into the new one. Answers which they are; null where nobody knows. */
function keepGeneration(from: Database, into: Database): number | null {
  const generation = readable(() => from.prepare<[], number>('SELECT generation FROM row_log').pluck().get()) ?? null;
  into.prepare('UPDATE row_log SET generation = ?').run(generation);
  return generation;
}

function oldestInLog({ name }: Database, generation: number | null): number {
  const rows = new RowLog(name, 0).recover(generation)?.rows ?? [];
  return rows.reduce((oldest, { at }) => Math.min(oldest, at), Number.POSITIVE_INFINITY);
}

/** An item has to be whole to be sent; one whose sensor is lost gets it back from the item itself. */
function wholeItems(into: Database): (row: Row) => Row | undefined {
  const known = into.prepare<[number], number>('SELECT id FROM series WHERE id = ?').pluck();
  const named = into.prepare<[string], number>("SELECT id FROM series WHERE kind = 'sensor' AND name = ?").pluck();
  const add = into
    .prepare<[number, string], number>(
      `INSERT INTO series (id, kind, name)
       SELECT max(coalesce(max(id), 0) + 1, ?), 'sensor', ? FROM series RETURNING id`,
    )
    .pluck();
  return (row) => {
    const item = parsed(row.item);
    if (item === undefined || item.id !== row.item_id) return undefined;
    if (row.series === null || known.get(Number(row.series)) !== undefined) return row;
    const sensor = String(item.sensor);
    return { ...row, series: named.get(sensor) ?? add.get(NEW_SERIES, sensor) ?? null };
  };
}

function parsed(json: unknown): { id?: unknown; sensor?: unknown } | undefined {
  try {
    return JSON.parse(String(json));
  } catch {
    return undefined;
  }
}
