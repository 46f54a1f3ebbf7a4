import type { Database } from 'better-sqlite3';
import type { ChangeRequest, StoredChange } from './records.ts';

interface RawChange extends Omit<StoredChange, 'before' | 'after'> {
  before: number | null;
  after: number;
}

/** What every output did, and why: rows in and out of the table `output_change`. */
export class ChangeTable {
  readonly #insert;
  readonly #forget;
  readonly #shift;
  readonly #select;

  readonly #kept: number;

  /** `kept` of all outputs together; the oldest go. */
  constructor(database: Database, kept: number) {
    this.#kept = kept;
    this.#insert = database.prepare<(string | number | null)[]>(
      'INSERT INTO output_change (output, at, run, before, after, level, by, rule, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#forget = database.prepare<[number]>(
      'DELETE FROM output_change WHERE id <= (SELECT max(id) FROM output_change) - ?',
    );
    // Without "> 0" the index of what waits for its true time is not used.
    this.#shift = database.prepare<[number, number]>(
      'UPDATE output_change SET at = at + ?, run = 0 WHERE run = ? AND run > 0',
    );
    const range = `SELECT id, output, at, run, before, after, level, by, rule, why FROM output_change
      WHERE output = @output AND at >= @from AND at < @to`;
    this.#select = {
      asc: database.prepare<[ChangeRequest], RawChange>(`${range} AND id > @cursor ORDER BY id ASC LIMIT @limit`),
      desc: database.prepare<[ChangeRequest], RawChange>(`${range} AND id < @cursor ORDER BY id DESC LIMIT @limit`),
    };
  }

  insert({ output, at, run, before, after, level, by, rule, why }: Omit<StoredChange, 'id'>): void {
    this.#insert.run(output, at, run, before === null ? null : Number(before), Number(after), level, by, rule, why);
  }

  forget(): void {
    this.#forget.run(this.#kept);
  }

  /** Moves the changes of a run to their true time. */
  shift(run: number, shift: number): void {
    this.#shift.run(shift, run);
  }

  of(request: ChangeRequest): StoredChange[] {
    return this.#select[request.order].all(request).map(({ before, after, ...row }) => ({
      ...row,
      before: before === null ? null : before === 1,
      after: after === 1,
    }));
  }
}
