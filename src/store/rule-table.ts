import type { Database } from 'better-sqlite3';
import type { StoredRule } from '../rules/stored-rule.ts';
import type { RuleInstant, StoredRuleChange } from './records.ts';

/** Changes that are kept of each rule. */
const KEPT_CHANGES = 1000;

/** Rules that came over the API, and what every rule remembers: JSON that the station of rules understands. */
export class RuleTable {
  readonly #all;
  readonly #put;
  readonly #delete;
  readonly #deleteState;
  readonly #insertChange;
  readonly #forgetChanges;
  readonly #forgetOldest;
  readonly #changes;
  readonly #states;
  readonly #save;
  readonly #shifts;

  readonly #kept: number;

  /** `kept` changes of all rules that there ever were. */
  constructor(database: Database, kept: number) {
    this.#kept = kept;
    this.#all = database.prepare<[], StoredRule>(
      'SELECT id, definition, changed_at AS changedAt FROM rule ORDER BY id',
    );
    this.#put = database.prepare<[string, string, number, number]>(
      `INSERT INTO rule (id, definition, changed_at, changed_run) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, changed_at = excluded.changed_at,
       changed_run = excluded.changed_run`,
    );
    this.#delete = database.prepare<[string]>('DELETE FROM rule WHERE id = ?');
    this.#deleteState = database.prepare<[string]>('DELETE FROM rule_state WHERE rule = ?');
    this.#insertChange = database.prepare<[string, number, number, string | null]>(
      'INSERT INTO rule_change (rule, at, run, definition) VALUES (?, ?, ?, ?)',
    );
    this.#forgetChanges = database.prepare<[string, string, number]>(
      `DELETE FROM rule_change WHERE rule = ? AND id <= (SELECT id FROM rule_change WHERE rule = ?
       ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    );
    this.#forgetOldest = database.prepare<[number]>(
      'DELETE FROM rule_change WHERE id <= (SELECT max(id) FROM rule_change) - ?',
    );
    this.#changes = database.prepare<[string, number], StoredRuleChange>(
      'SELECT at, definition FROM rule_change WHERE rule = ? ORDER BY id DESC LIMIT ?',
    );
    this.#states = database.prepare<[], { rule: string; state: string }>('SELECT rule, state FROM rule_state');
    this.#save = database.prepare<[string, string]>(
      'INSERT INTO rule_state (rule, state) VALUES (?, ?) ON CONFLICT (rule) DO UPDATE SET state = excluded.state',
    );
    this.#shifts = [
      'UPDATE rule SET changed_at = changed_at + ?, changed_run = 0 WHERE changed_run = ?',
      'UPDATE rule_change SET at = at + ?, run = 0 WHERE run = ? AND run > 0',
    ].map((sql) => database.prepare<[number, number]>(sql));
  }

  all(): StoredRule[] {
    return this.#all.all();
  }

  put({ id, definition, at, run }: RuleInstant & { definition: string }): void {
    this.#put.run(id, definition, at, run);
    this.#note({ id, at, run }, definition);
  }

  delete(deleted: RuleInstant): void {
    this.#delete.run(deleted.id);
    this.#deleteState.run(deleted.id);
    this.#note(deleted, null);
  }

  /** Moves what was done in a run to its true time. */
  shift(run: number, shift: number): void {
    for (const statement of this.#shifts) statement.run(shift, run);
  }

  changes(id: string, limit: number): StoredRuleChange[] {
    return this.#changes.all(id, limit);
  }

  #note({ id, at, run }: RuleInstant, definition: string | null): void {
    this.#insertChange.run(id, at, run, definition);
    this.#forgetChanges.run(id, id, KEPT_CHANGES);
    this.#forgetOldest.run(this.#kept);
  }

  states(): Record<string, string> {
    return Object.fromEntries(this.#states.all().map(({ rule, state }) => [rule, state]));
  }

  save(rule: string, state: string): void {
    this.#save.run(rule, state);
  }
}
