import type { Database } from 'better-sqlite3';
import { systemClock } from '../clock.ts';
import { commitBatch } from './committing.ts';
import { databaseSize, PAGE_BYTES, probeDatabase, roomFor, usedSize } from './database.ts';
import { Gaps } from './gaps.ts';
import { GivenUp } from './given-up.ts';
import { probeMedium, roomOnDisk } from './medium.ts';
import { OpenWindows } from './open-windows.ts';
import { outboxOperations } from './outbox-operations.ts';
import { OutboxTable } from './outbox-table.ts';
import type { Recovery, StoreOperations, Writing } from './protocol.ts';
import { Readings } from './readings.ts';
import { ReadingsTable } from './readings-table.ts';
import { RecentRows } from './recent-rows.ts';
import { recordOperations } from './record-operations.ts';
import { recordRoom } from './record-room.ts';
import { Retention } from './retention.ts';
import { RowLog } from './row-log.ts';
import { Runs } from './runs.ts';
import { SeriesTable } from './series-table.ts';
import { latestSnapshots } from './snapshots.ts';
import { SummariesTable } from './summaries-table.ts';
import { WindowClosing } from './window-closing.ts';

/** Everything that the worker thread can be asked, over one open database that has room for `maxBytes`. */
export function storeOperations(
  database: Database,
  windowMs: number,
  maxBytes = Number.POSITIVE_INFINITY,
  onBroken: (recovery: Recovery) => void = () => {},
): StoreOperations {
  const series = new SeriesTable(database);
  const summaries = new SummariesTable(database);
  const openWindows = new OpenWindows(database, { summaries, series }, windowMs);
  const outbox = new OutboxTable(database);
  const log = new RowLog(database.name, roomFor(maxBytes).rowBlocks);
  const table = new ReadingsTable(database, series, openWindows);
  const recent = new RecentRows(database, { log, transaction }, table);
  const readings = new Readings(table, recent);
  if (log.unreadable !== undefined) {
    onBroken({ at: systemClock.now(), file: log.setAside, reason: log.unreadable, items: 0, readings: recent.size });
  }
  const runs = new Runs(database, table, recent);
  const records = recordOperations(database, { runs, room: recordRoom(maxBytes) });
  const gaps = new Gaps(database, series);
  const givenUp = new GivenUp(database, { series, runs, gaps });
  const closing = new WindowClosing(database, { series, openWindows, summaries, outbox, gaps });
  const tables = { series, openWindows, summaries, outbox, gaps, givenUp, closing };
  const retention = new Retention(database, tables, roomOf(database.name, maxBytes));

  /** All of it or nothing, and then nothing of it remembered either. */
  function transaction(work: () => void): void {
    try {
      database.transaction(work)();
    } catch (error) {
      series.forget();
      openWindows.forget();
      throw error;
    }
  }

  return {
    ...records.operations,
    commit(batch) {
      const where = commitBatch(batch, { readings, runs, givenUp, transaction });
      return { ...sizesOf(database), ...droppedBy(series, givenUp), inDatabase: where === 'tables' };
    },
    probe: ({ write }) => probe(database, write),
    room: () => roomOnDisk(database.name, maxBytes),
    history: (request) => readings.page(request),
    snapshots: ({ limit }) => latestSnapshots(series, readings, limit),
    summaries({ sensor, ...range }) {
      const id = series.idOf('sensor', sensor);
      return id === undefined ? [] : summaries.between(id, range);
    },
    closeWindows: (request) =>
      givenUp.tell(request) + closing.closeOver(request, readings.closableUntil(request.now, windowMs)),
    retain: (request) => retention.step(request),
    beginRun: (request) => runs.begin(request),
    trustRun({ run, offset, limit }) {
      readings.checkpoint();
      runs.trust(run, offset);
      let moved = 0;
      transaction(() => {
        for (const { id, shift } of runs.settled()) records.shift(id, shift);
        moved = runs.moveRows(limit);
      });
      return moved;
    },
    ...outboxOperations(database, { outbox, openAlerts: records.openAlerts }),
    close() {
      try {
        readings.checkpoint();
        log.discard();
      } catch {
        // They are on the card, and the next life finds them there.
      }
      database.close();
    },
  };
}

/** Pages for the database beside its logs, by its limit and by what is free on the disk. */
function roomOf(file: string, maxBytes: number) {
  const { databasePages, logPages, rowBlocks } = roomFor(maxBytes);
  const pagesOnDisk = () => Math.floor(roomOnDisk(file, maxBytes) / PAGE_BYTES) - logPages - rowBlocks;
  return { pages: databasePages, pagesOnDisk };
}

function droppedBy(series: SeriesTable, givenUp: GivenUp) {
  const untold = givenUp.waiting();
  return { droppedReadings: series.dropped() + untold, droppedUntold: untold };
}

function sizesOf(database: Database) {
  return { sizeBytes: databaseSize(database), usedBytes: usedSize(database) };
}

function probe(database: Database, write: Writing): void {
  probeMedium(database.name, { write: write === 'block' });
  if (write === 'row') probeDatabase(database);
}
