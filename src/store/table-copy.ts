import type { Database, Statement } from 'better-sqlite3';
import { codeOf } from './fault.ts';

export type Row = Record<string, string | number | null>;

/** Which rows of a table, and by what key they lie in it. */
export interface Rows {
  table: string;
  where?: string;
  key: readonly string[];
}

export interface Copied {
  rows: number;
  /** False where a page could not be read, or the time was over. */
  whole: boolean;
}

/** What a slow card writes in a moment: the time that a copy may take is looked at between commits. */
const ROWS_A_COMMIT = 1000;

/** Pages that cannot be read, with the last rows on both sides. */
interface Hole {
  before: Row | undefined;
  behind: Row | undefined;
  take: (row: Row) => void;
}

/**
 * Copies rows from a database with broken pages into a whole one. A page that cannot be read costs its own rows and
 * no others: it is met from both sides, and between the two every number is tried, where a row is known by one.
 */
export class TableCopy {
  readonly #from: Database;
  readonly #into: Database;
  readonly #mayGoOn: () => boolean;

  constructor(from: Database, into: Database, { mayGoOn }: { mayGoOn: () => boolean }) {
    this.#from = from;
    this.#into = into;
    this.#mayGoOn = mayGoOn;
  }

  /**
   * Answers how many rows came over; those that `mend` answers undefined for are left out. Throws where the new
   * database cannot be written.
   */
  copy(rows: Rows, mend: (row: Row) => Row | undefined = (row) => row): Copied {
    const columns = this.#columnsOf(rows.table);
    if (columns.length === 0) return { rows: 0, whole: false };
    const insert = this.#into.prepare<[Row]>(
      `INSERT OR IGNORE INTO ${rows.table} (${columns}) VALUES (${columns.map((name) => `@${name}`)})`,
    );
    let copied = 0;
    let uncommitted = 0;
    const take = (row: Row) => {
      const whole = mend(row);
      if (whole === undefined) return;
      copied += inserted(insert, whole);
      uncommitted += 1;
      if (uncommitted < ROWS_A_COMMIT) return;
      this.#into.exec('COMMIT; BEGIN');
      uncommitted = 0;
    };
    return this.#committing(() => {
      const whole = this.#walkAll(rows, columns, take);
      return { rows: copied, whole };
    });
  }

  /** A copy that is given up in the middle has saved what it has committed. */
  #committing<T>(work: () => T): T {
    this.#into.exec('BEGIN');
    try {
      const result = work();
      this.#into.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#into.inTransaction) this.#into.exec('ROLLBACK');
      throw error;
    }
  }

  /** Answers whether every page could be read. */
  #walkAll(rows: Rows, columns: readonly string[], take: (row: Row) => void): boolean {
    const before = this.#walk(rows, columns, 'ASC', take);
    if (before === 'end') return true;
    const behind = this.#walk(rows, columns, 'DESC', take);
    if (behind !== 'end' && rows.key.length === 1 && rows.where === undefined) {
      this.#probe(rows, columns, { before, behind, take });
    }
    return false;
  }

  #probe(rows: Rows, columns: readonly string[], { before, behind, take }: Hole): void {
    const [key = ''] = rows.key;
    const one = readable(() =>
      this.#from.prepare<[number], Row>(`SELECT ${columns} FROM ${rows.table} WHERE ${key} = ?`),
    );
    for (let number = Number(before?.[key] ?? 0) + 1; number < Number(behind?.[key] ?? 0); number++) {
      if (one === undefined || !this.#mayGoOn()) return;
      const row = readable(() => one.get(number));
      if (row !== undefined) take(row);
    }
  }

  /** Answers the last row before the one that cannot be read. */
  #walk(
    { table, where = 'true', key }: Rows,
    columns: readonly string[],
    direction: 'ASC' | 'DESC',
    take: (row: Row) => void,
  ): Row | 'end' | undefined {
    const order = key.map((name) => `${name} ${direction}`);
    const rows = readable(() =>
      this.#from.prepare<[], Row>(`SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${order}`).iterate(),
    );
    let last: Row | undefined;
    try {
      for (;;) {
        const step = readable(() => rows?.next());
        if (step === undefined || !this.#mayGoOn()) return last;
        if (step.done) return 'end';
        last = step.value;
        take(last);
      }
    } finally {
      readable(() => rows?.return?.());
    }
  }

  /** Columns that both have: the broken database may be of an older version. */
  #columnsOf(table: string): string[] {
    const names = (database: Database) =>
      readable(() => (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)) ?? [];
    const known = names(this.#into);
    return names(this.#from).filter((name) => known.includes(name));
  }
}

/** What is read of a broken database; undefined where it is broken just there. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A row that broke in a way that shows does not fit its table any more. */
function inserted(insert: Statement<[Row]>, row: Row): number {
  try {
    return insert.run(row).changes;
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) throw error;
    return 0;
  }
}
