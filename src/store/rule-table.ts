import type { Database } from 'better-sqlite3';
import type { StoredRule, StoredRuleChange } from './records.ts';

/** Changes that are kept of each rule, and of all rules that there ever were. */
const KEPT_CHANGES = 1000;
const KEPT_OF_ALL = 10_000;

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

  constructor(database: Database) {
    this.#all = database.prepare<[], StoredRule>(
      'SELECT id, definition, changed_at AS changedAt FROM rule ORDER BY id',
    );
    this.#put = database.prepare<[string, string, number]>(
      `INSERT INTO rule (id, definition, changed_at) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, changed_at = excluded.changed_at`,
    );
    this.#delete = database.prepare<[string]>('DELETE FROM rule WHERE id = ?');
    this.#deleteState = database.prepare<[string]>('DELETE FROM rule_state WHERE rule = ?');
    this.#insertChange = database.prepare<[string, number, string | null]>(
      'INSERT INTO rule_change (rule, at, definition) VALUES (?, ?, ?)',
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
  }

  all(): StoredRule[] {
    return this.#all.all();
  }

  put(id: string, definition: string, at: number): void {
    this.#put.run(id, definition, at);
    this.#note(id, at, definition);
  }

  delete(id: string, at: number): void {
    this.#delete.run(id);
    this.#deleteState.run(id);
    this.#note(id, at, null);
  }

  changes(id: string, limit: number): StoredRuleChange[] {
    return this.#changes.all(id, limit);
  }

  #note(id: string, at: number, definition: string | null): void {
    this.#insertChange.run(id, at, definition);
    this.#forgetChanges.run(id, id, KEPT_CHANGES);
    this.#forgetOldest.run(KEPT_OF_ALL);
  }

  states(): Record<string, string> {
    return Object.fromEntries(this.#states.all().map(({ rule, state }) => [rule, state]));
  }

  save(rule: string, state: string): void {
    this.#save.run(rule, state);
  }
}
