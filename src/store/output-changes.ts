import type { StoredRow } from './protocol.ts';

/** Picks the outputs that changed: a state is stored once and holds until the next one, which spares the card a row a round. */
export class OutputChanges {
  readonly #last = new Map<string, boolean>();

  rows(
    at: number,
    states: Readonly<Record<string, boolean>>,
    origin: Pick<StoredRow, 'simulated' | 'run'>,
  ): StoredRow[] {
    const changed = Object.entries(states).filter(([name, on]) => this.#last.get(name) !== on);
    for (const [name, on] of changed) this.#last.set(name, on);
    return changed.map(([name, on]) => ({ kind: 'output', name, at, value: on ? 1 : 0, quality: 'good', ...origin }));
  }
}
