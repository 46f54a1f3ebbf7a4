import { isDeepStrictEqual } from 'node:util';
import { type RuleFault, ruleFaults, type Surroundings } from '../../schemas/rule-faults.ts';
import type { Rule, RuleConfig, RuleDefinition } from '../../schemas/rules.ts';
import { type Clock, toTimestamp } from '../clock.ts';
import type { AlertRate } from './alert-rate.ts';
import type { RuleEngine } from './engine.ts';
import type { RuleState } from './evaluate.ts';

/** A rule that came over the API. */
export interface GivenRule {
  id: string;
  definition: RuleDefinition;
  /** Wall time in milliseconds since 1970. */
  changedAt: number;
}

/** Where rules of the API are kept. What resolves is on disk. */
export interface Shelf {
  put(rule: GivenRule): Promise<void>;
  delete(id: string, at: number): Promise<void>;
}

/** A rule that does not fit this device. */
export class RuleRefused extends Error {
  override name = 'RuleRefused';
  readonly faults: readonly RuleFault[];

  constructor(faults: readonly RuleFault[]) {
    super(faults.map(({ member, message }) => `${member} ${message}`).join('; '));
    this.faults = faults;
  }
}

/** A rule that cannot go: another one could not run without it. The message is for a person. */
export class RuleNeeded extends Error {
  override name = 'RuleNeeded';
}

interface Options {
  engine: RuleEngine;
  clock: Clock;
  shelf: Shelf;
  /** Rules of the configuration file, which fit the device. */
  file: readonly RuleConfig[];
  known: Pick<Surroundings, 'sensors' | 'outputs'>;
  /** How its alerts are held to their rate. */
  rate: Pick<AlertRate, 'isFlapping' | 'suppressedOf'>;
  /** What the API may add at most. */
  maxGiven: number;
}

/**
 * Which rules there are: those of the API stand before those of the file. A change is stored first, then it holds; one
 * is made after the other, so that two cannot take the same output.
 */
export class RuleBook {
  readonly #options: Options;
  readonly #given = new Map<string, GivenRule>();
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Starts the rules, with what the API has given in former lives and what they knew then. Called again, when more is
   * known of that, it leaves those that run already alone.
   */
  start(given: readonly GivenRule[], recall: (rule: RuleConfig) => RuleState | undefined): void {
    for (const rule of given) this.#given.set(rule.id, rule);
    const { engine } = this.#options;
    for (const rule of this.#effective()) if (!engine.rules.has(rule.id)) engine.add(rule, recall(rule));
    this.#apply();
  }

  /**
   * Takes over the true times of changes that were made before the clock was trusted. No change is made while they are
   * read. Throws what reading throws.
   */
  restamp(read: () => Promise<readonly Pick<GivenRule, 'id' | 'changedAt'>[]>): Promise<void> {
    return this.#inTurn(async () => {
      for (const { id, changedAt } of await read()) {
        const given = this.#given.get(id);
        if (given !== undefined) this.#given.set(id, { ...given, changedAt });
      }
    });
  }

  list(): Rule[] {
    return this.#judged().map((judged) => this.#describe(judged));
  }

  get(id: string): Rule | undefined {
    return this.list().find((rule) => rule.id === id);
  }

  /** Stores a rule and lets it hold. Throws RuleRefused, and what the shelf throws: then nothing was changed. */
  put(id: string, definition: RuleDefinition): Promise<{ created: boolean }> {
    return this.#inTurn(async () => {
      const given = { id, definition, changedAt: this.#options.clock.now() };
      const created = this.get(id) === undefined;
      const faults = ruleFaults(definition, this.#surroundings(this.#rules().filter((other) => other.id !== id)));
      if (created && this.#given.size >= this.#options.maxGiven) {
        faults.push({ member: 'id', message: `is one too many: ${this.#options.maxGiven} rules are the most` });
      }
      if (faults.length > 0) throw new RuleRefused(faults);
      await this.#options.shelf.put(given);
      this.#given.set(id, given);
      this.#apply();
      return { created };
    });
  }

  /**
   * Takes a rule of the API away; one of the file with its name holds again. Answers what there was to take away. Throws
   * RuleNeeded where that one would keep another rule from running, and what the shelf throws: then nothing was changed.
   */
  delete(id: string): Promise<'deleted' | 'of the file' | 'none'> {
    return this.#inTurn(async () => {
      if (!this.#given.has(id)) return this.get(id) === undefined ? 'none' : 'of the file';
      const left = this.#judged([...this.#given.values()].filter((rule) => rule.id !== id));
      const lost = left.find(({ rule, faults }) => faults.length > 0 && rule.id !== id && this.#runs(rule.id));
      if (lost !== undefined) {
        const why = new RuleRefused(lost.faults).message;
        throw new RuleNeeded(
          `The rule ${id} of the configuration file would hold again, and disable ${lost.rule.id}: ${why}`,
        );
      }
      await this.#options.shelf.delete(id, this.#options.clock.now());
      this.#given.delete(id);
      this.#apply();
      return 'deleted';
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  /** Only what has changed is started anew. Ended rules go first: their outputs may be wanted by others. */
  #apply(): void {
    const { engine } = this.#options;
    const rules = this.#effective();
    for (const id of [...engine.rules.keys()]) {
      if (!rules.some((rule) => rule.id === id)) engine.remove(id);
    }
    for (const rule of rules) {
      if (!isDeepStrictEqual(engine.rules.get(rule.id)?.rule, rule)) engine.put(rule);
    }
  }

  /** The rules that are to run; the others do not fit the device. */
  #effective(): RuleConfig[] {
    return this.#judged().flatMap(({ rule, faults }) => (faults.length === 0 ? [rule] : []));
  }

  #rules(given: readonly GivenRule[] = [...this.#given.values()]): RuleConfig[] {
    const rules = given.map(({ id, definition }) => ({ id, ...{ hysteresis: 0, for_s: 0 }, ...definition }));
    return [...this.#options.file.filter(({ id }) => !given.some((rule) => rule.id === id)), ...rules];
  }

  #runs(id: string): boolean {
    return this.#options.engine.rules.has(id);
  }

  #surroundings(others: readonly RuleConfig[]): Surroundings {
    const commandedBy = (output: string) => others.find(({ then }) => then?.output === output)?.id;
    return { ...this.#options.known, commandedBy };
  }

  /** Every rule with its faults: the configuration may have changed since the API gave it. */
  #judged(given?: readonly GivenRule[]): { rule: RuleConfig; faults: RuleFault[] }[] {
    const running: RuleConfig[] = [];
    return this.#rules(given).map((rule) => {
      const faults = ruleFaults(rule, this.#surroundings(running));
      if (faults.length === 0) running.push(rule);
      return { rule, faults };
    });
  }

  #describe({ rule, faults }: { rule: RuleConfig; faults: RuleFault[] }): Rule {
    const { clock, engine, rate } = this.#options;
    const { id, ...definition } = rule;
    const given = this.#given.get(id);
    const state = faults.length === 0 ? engine.stateOf(id) : undefined;
    return {
      id,
      source: given === undefined ? 'file' : 'api',
      changed_at: given === undefined ? null : toTimestamp(given.changedAt),
      definition,
      state: state?.phase ?? 'disabled',
      since: state === undefined ? null : toTimestamp(clock.now() - clock.monotonic() + state.since),
      flapping: rate.isFlapping(id),
      suppressed_alerts: rate.suppressedOf(id, 'threshold') + rate.suppressedOf(id, 'stale'),
      reason: state === undefined ? new RuleRefused(faults).message : null,
    };
  }
}
