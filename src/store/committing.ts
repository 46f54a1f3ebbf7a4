import type { GivenUp } from './given-up.ts';
import type { Commit, StoredRow } from './protocol.ts';
import type { Readings } from './readings.ts';
import type { Runs } from './runs.ts';

interface Tables {
  readings: Readings;
  runs: Runs;
  givenUp: GivenUp;
  /** Does all of it, on disk when it returns, or nothing. */
  transaction: (work: () => void) => void;
}

/**
 * Brings a batch to the card: into the log of the readings where it fits in there, else into the tables, in one transaction.
 * All of it is there when it returns; answers where.
 */
export function commitBatch({ rows: batch, again, lost }: Commit, tables: Tables): 'log' | 'tables' {
  const { readings, runs, givenUp, transaction } = tables;
  const rows = batch.map((row) => trusted(row, runs));
  // What failed once goes where it shows whether all is well again.
  if (!again && lost === undefined && readings.append(rows)) return 'log';
  readings.checkpoint();
  // Every row, not one: a single one may look like a row from before, where the clock stepped back.
  if (again && rows.every((row) => readings.holds(row))) return 'tables';
  transaction(() => {
    readings.insert(rows);
    if (lost !== undefined) givenUp.count(lost);
  });
  return 'tables';
}

/** A row whose run has met the true time while it waited in its batch is moved there now. */
function trusted(row: StoredRow, runs: Runs): StoredRow {
  const shift = row.run === 0 ? null : runs.shiftOf(row.run);
  return shift === null ? row : { ...row, at: row.at + shift, run: 0 };
}
