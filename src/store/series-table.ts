import type { Database } from 'better-sqlite3';
import type { SeriesKind } from './protocol.ts';

/** Numbers for names: what a row says it belongs to. */
export class SeriesTable {
  readonly #ids = new Map<string, number>();
  readonly #sensors = new Map<number, boolean>();
  readonly #find;
  readonly #insert;
  readonly #row;
  readonly #ofKind;
  readonly #purge;
  readonly #forgotten;
  readonly #forget;
  readonly #drop;
  readonly #dropped;

  constructor(database: Database) {
    this.#find = database.prepare<[string, string], { id: number }>(
      'SELECT id FROM series WHERE kind = ? AND name = ?',
    );
    this.#insert = database.prepare<[string, string]>('INSERT INTO series (kind, name) VALUES (?, ?)');
    this.#row = database.prepare<[number], { kind: SeriesKind; name: string; purgedUntil: number }>(
      'SELECT kind, name, purged_until AS purgedUntil FROM series WHERE id = ?',
    );
    this.#ofKind = database.prepare<[string], { id: number; name: string }>(
      'SELECT id, name FROM series WHERE kind = ?',
    );
    this.#purge = database.prepare<[number, number]>('UPDATE series SET purged_until = ? WHERE id = ?');
    this.#forgotten = database
      .prepare<[number], number | null>('SELECT forgotten_until FROM series WHERE id = ?')
      .pluck();
    this.#forget = database.prepare<[number, number]>('UPDATE series SET forgotten_until = ? WHERE id = ?');
    this.#drop = database
      .prepare<[number, number], number>('UPDATE series SET dropped = dropped + ? WHERE id = ? RETURNING dropped')
      .pluck();
    this.#dropped = database.prepare<[], number>('SELECT coalesce(sum(dropped), 0) FROM series').pluck();
  }

  idOf(kind: SeriesKind, name: string): number | undefined {
    const key = `${kind} ${name}`;
    const id = this.#ids.get(key) ?? this.#find.get(kind, name)?.id;
    if (id !== undefined) this.#ids.set(key, id);
    return id;
  }

  ensure(kind: SeriesKind, name: string): number {
    return this.idOf(kind, name) ?? Number(this.#insert.run(kind, name).lastInsertRowid);
  }

  /** Asked for every row that is stored: remembered. */
  isSensor(id: number): boolean {
    const known = this.#sensors.get(id) ?? this.#row.get(id)?.kind === 'sensor';
    this.#sensors.set(id, known);
    return known;
  }

  nameOf(id: number): string {
    return this.#row.get(id)?.name ?? '';
  }

  ofKind(kind: SeriesKind): { id: number; name: string }[] {
    return this.#ofKind.all(kind);
  }

  /** Rows before this instant had to make room; 0 where none had to. */
  purgedUntil(id: number): number {
    return this.#row.get(id)?.purgedUntil ?? 0;
  }

  setPurgedUntil(id: number, at: number): void {
    this.#purge.run(at, id);
  }

  /** Delivered summaries before this instant are gone, so that nothing can be added to them. */
  forgottenUntil(id: number): number {
    return this.#forgotten.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  setForgottenUntil(id: number, at: number): void {
    this.#forget.run(at, id);
  }

  /** Answers how many readings of the series were dropped ever. */
  addDropped(id: number, readings: number): number {
    return this.#drop.get(readings, id) ?? readings;
  }

  /** Readings of all series that were dropped ever. */
  dropped(): number {
    return this.#dropped.get() ?? 0;
  }

  /** Forgets what it remembers beside the table: after a transaction that did not happen. */
  forget(): void {
    this.#ids.clear();
    this.#sensors.clear();
  }
}
