import type { Database } from 'better-sqlite3';
import type { AlertDetails } from '../rules/alert.ts';
import { AlertItems } from './alert-items.ts';
import { AlertRoom } from './alert-room.ts';
import type { AlertEvent, AlertRequest, Publishing, StoredAlert } from './records.ts';

interface Row extends Omit<StoredAlert, keyof AlertDetails> {
  details: string;
}

const COLUMNS =
  'id, rule, cause, details, raised_at AS raisedAt, cleared_at AS clearedAt, acknowledged_at AS acknowledgedAt, suppressed, revision';

/** Alerts, one row for each episode. */
export class AlertTable {
  readonly #items: AlertItems;
  readonly #room: AlertRoom;
  readonly #raise;
  readonly #isTaken;
  readonly #clear;
  readonly #acknowledge;
  readonly #find;
  readonly #open;
  readonly #select;
  readonly #unpublished;
  readonly #publish;
  readonly #shifts;

  /** Up to `kept` alerts; see {@link AlertRoom} for what becomes of more. */
  constructor(database: Database, kept: number) {
    this.#items = new AlertItems(database);
    this.#room = new AlertRoom(database, kept);
    // One that is open already is the same episode.
    this.#raise = database.prepare<(string | number)[]>(
      `INSERT INTO alert (rule, cause, details, raised_at, run, revision, published) VALUES (?, ?, ?, ?, ?, 0, -1)
       ON CONFLICT DO NOTHING`,
    );
    this.#isTaken = database.prepare<[string, string, number], 1>(
      'SELECT 1 FROM alert WHERE rule = ? AND cause = ? AND raised_at = ?',
    );
    this.#clear = database.prepare<(string | number)[]>(
      `UPDATE alert SET cleared_at = max(raised_at, ?), cleared_run = ?, suppressed = suppressed + ?,
       revision = revision + 1 WHERE rule = ? AND cause = ? AND cleared_at IS NULL`,
    );
    this.#acknowledge = database.prepare<[number, number, number]>(
      `UPDATE alert SET acknowledged_at = ?, acknowledged_run = ?, revision = revision + 1
       WHERE id = ? AND acknowledged_at IS NULL`,
    );
    this.#find = database.prepare<[number], Row>(`SELECT ${COLUMNS} FROM alert WHERE id = ?`);
    this.#open = database.prepare<[], Row>(`SELECT ${COLUMNS} FROM alert WHERE cleared_at IS NULL`);
    this.#select = {
      all: database.prepare<number[], Row>(`SELECT ${COLUMNS} FROM alert WHERE id < ? ORDER BY id DESC LIMIT ?`),
      active: database.prepare<number[], Row>(
        `SELECT ${COLUMNS} FROM alert WHERE cleared_at IS NULL AND id < ? ORDER BY id DESC LIMIT ?`,
      ),
    };
    this.#unpublished = database.prepare<[], Row & { published: number }>(
      `SELECT ${COLUMNS}, published FROM alert
       WHERE published < revision AND run = 0 AND cleared_run = 0 AND acknowledged_run = 0 ORDER BY id`,
    );
    this.#publish = database.prepare<[number]>('UPDATE alert SET published = revision WHERE id = ?');
    // Without "> 0" the index of what waits for its true time is not used.
    this.#shifts = [
      'UPDATE alert SET raised_at = raised_at + ?, run = 0 WHERE run = ? AND run > 0',
      'UPDATE alert SET cleared_at = cleared_at + ?, cleared_run = 0 WHERE cleared_run = ? AND cleared_run > 0',
      `UPDATE alert SET acknowledged_at = acknowledged_at + ?, acknowledged_run = 0
       WHERE acknowledged_run = ? AND acknowledged_run > 0`,
    ].map((sql) => database.prepare<[number, number]>(sql));
  }

  /** Notes what a rule has seen; answers whether that was new. */
  note({ event, rule, cause, at, run, details, suppressed = 0 }: AlertEvent): boolean {
    if (event === 'cleared') return this.#clear.run(at, run, suppressed, rule, cause).changes > 0;
    // After a backward step of the clock an instant comes again, and episodes are told apart by theirs.
    let raisedAt = at;
    while (this.#isTaken.get(rule, cause, raisedAt) !== undefined) raisedAt += 1;
    return this.#raise.run(rule, cause, JSON.stringify(details), raisedAt, run).changes > 0;
  }

  acknowledge({ id, at, run }: { id: number; at: number; run: number }): StoredAlert | null {
    this.#acknowledge.run(at, run, id);
    const row = this.#find.get(id);
    return row === undefined ? null : toAlert(row);
  }

  open(): StoredAlert[] {
    return this.#open.all().map(toAlert);
  }

  list({ active, before, limit }: AlertRequest): StoredAlert[] {
    return this.#select[active ? 'active' : 'all'].all(before, limit).map(toAlert);
  }

  shift(run: number, shift: number): void {
    for (const statement of this.#shifts) statement.run(shift, run);
  }

  /** Gives the outbox what has happened to alerts whose time is known; answers how many items that were. */
  publish(publishing: Publishing): number {
    this.#room.keepWithin();
    const rows = this.#unpublished.all();
    for (const { published, ...row } of rows) {
      if (publishing.upstream) this.#items.put(toAlert(row), published === -1, publishing);
      this.#publish.run(row.id);
    }
    return publishing.upstream ? rows.length : 0;
  }
}

function toAlert({ details, ...row }: Row): StoredAlert {
  return { ...row, ...(JSON.parse(details) as AlertDetails) };
}
