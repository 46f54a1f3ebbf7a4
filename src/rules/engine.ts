import type { RuleConfig } from '../../schemas/rules.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Origin } from '../outputs/bank.ts';
import type { Reading } from '../sensors/sensor.ts';
import { atFirst, type Event, evaluate, type RuleState } from './evaluate.ts';
import { askTheSame, type Standing, type Surroundings, wantOf } from './rule.ts';
import { WatchedSensor } from './watched-sensor.ts';

/** Whoever switches outputs. It must not throw, and must not wait. */
export interface Actuator {
  /** This rule alone commands the output from now on, also while it wants nothing yet. */
  own(output: string, rule: string): void;
  demand(output: string, on: boolean, origin: Origin): void;
  /** The rule wants nothing of this output now; its state stays. */
  rest(output: string, rule: string): void;
  /** The rule is gone, and with it what it wanted. */
  release(output: string, rule: string): void;
}

/** A rule that begins, changes its state, is replaced by another of its name, or ends. */
export interface Transition {
  id: string;
  before: Standing | undefined;
  after: Standing | undefined;
  /** Last good value of its sensor. */
  value: number | null;
  /** For a person. */
  why: string;
}

interface Options {
  clock: Clock;
  surroundings: Surroundings;
  actuator: Actuator;
  /** Hears of every transition when everything is done. */
  onTransition: (transition: Transition) => void;
  /** Hears of every reading with which a rule goes on to wait for its time. */
  onPending?: (standing: Standing) => void;
}

interface Running extends Standing {
  state: RuleState;
  /** False while it is not known whether the state that was remembered over a restart still holds. */
  settled: boolean;
  cancel: Cancel;
}

/**
 * Decides in the moment of a reading: all in memory, nothing in it waits. Its timers are for what no reading tells: that
 * a value has been there for long enough, and that a sensor is silent.
 */
export class RuleEngine {
  readonly #options: Options;
  readonly #rules = new Map<string, Running>();
  readonly #sensors: ReadonlyMap<string, WatchedSensor>;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    const { clock, surroundings } = options;
    this.#sensors = new Map(
      [...surroundings.staleAfterS].map(([id, limitS]) => [
        id,
        new WatchedSensor({ clock, limitS, onSilence: () => this.#spread(id, { kind: 'silence' }) }),
      ]),
    );
  }

  /** Every rule that runs, by id. */
  get rules(): ReadonlyMap<string, Standing> {
    return this.#rules;
  }

  stateOf(id: string): RuleState | undefined {
    return this.#rules.get(id)?.state;
  }

  /** Starts a rule, with what it knew before the restart; the first good reading then says whether that still holds. */
  add(rule: RuleConfig, remembered?: RuleState): void {
    const state = remembered ?? atFirst(this.#options.clock.monotonic());
    const settled = remembered === undefined || state.phase === 'stale';
    const running = { rule, state, settled, cancel: () => {} };
    this.#rules.set(rule.id, running);
    if (rule.then) this.#options.actuator.own(rule.then.output, rule.id);
    // Nobody else says it before the sensor would be silent for the same time once more.
    if (state.phase === 'stale') this.#act(running);
  }

  /**
   * Starts a rule, at once with the last good value, or puts it in the place of another one: where both ask the same of
   * the same sensor, it goes on with what that knows. Other rules hear nothing of it.
   */
  put(rule: RuleConfig): void {
    const old = this.#rules.get(rule.id);
    old?.cancel();
    if (old?.rule.then && old.rule.then.output !== rule.then?.output) {
      this.#options.actuator.release(old.rule.then.output, rule.id);
    }
    const known = old !== undefined && askTheSame(old.rule, rule) ? old : undefined;
    const { state, settled } = known ?? { state: this.#stateAtOnce(rule), settled: true };
    const running = { rule, state, settled, cancel: () => {} };
    this.#rules.set(rule.id, running);
    if (rule.then) this.#options.actuator.own(rule.then.output, rule.id);
    if (settled || state.phase === 'stale') this.#act(running);
    this.#tell(rule.id, old, running);
  }

  /** Ends a rule; its output goes to its safe state. */
  remove(id: string): void {
    const old = this.#rules.get(id);
    if (old === undefined) return;
    old.cancel();
    this.#rules.delete(id);
    if (old.rule.then) this.#options.actuator.release(old.rule.then.output, id);
    this.#tell(id, old, undefined);
  }

  /** A reading as it comes from its sensor; one that is not good is as if there had been none. */
  take(reading: Reading): void {
    if (this.#stopped) return;
    const value = this.#sensors.get(reading.sensor)?.take(reading) ?? null;
    if (value !== null) this.#spread(reading.sensor, { kind: 'value', value });
  }

  stop(): void {
    this.#stopped = true;
    for (const sensor of this.#sensors.values()) sensor.stop();
    for (const { cancel } of this.#rules.values()) cancel();
  }

  #stateAtOnce(rule: RuleConfig): RuleState {
    const now = this.#options.clock.monotonic();
    const sensor = this.#sensors.get(rule.sensor);
    const first = atFirst(now);
    if (sensor?.isSilent) return evaluate(rule, first, { kind: 'silence' }, now);
    return sensor?.value == null ? first : evaluate(rule, first, { kind: 'value', value: sensor.value }, now);
  }

  #spread(sensor: string, event: Event): void {
    for (const running of this.#rules.values()) {
      if (running.rule.sensor === sensor) this.#hear(running, event);
    }
  }

  #hear(running: Running, event: Event): void {
    const before = { rule: running.rule, state: running.state };
    const state = evaluate(running.rule, running.state, event, this.#options.clock.monotonic());
    running.state = state;
    if (state !== before.state || !running.settled) {
      running.settled = true;
      this.#act(running, before.state.phase !== 'stale' && state.phase === 'stale');
    } else if (state.phase === 'pending') this.#options.onPending?.(running);
    if (state !== before.state) this.#tell(running.rule.id, before, running);
  }

  /** Only a silence that it hears begin ends a command: one that it finds may be older than that. */
  #act(running: Running, endsCommand = false): void {
    const { clock, actuator, surroundings } = this.#options;
    const { rule, state } = running;
    running.cancel();
    if (state.phase === 'pending') {
      const leftMs = state.since + rule.for_s * 1000 - clock.monotonic();
      running.cancel = clock.after(Math.max(0, leftMs), () => this.#hear(running, { kind: 'time' }));
    }
    const want = wantOf(running, surroundings);
    if (rule.then === undefined) return;
    if (want !== undefined) {
      actuator.demand(rule.then.output, want, { rule: rule.id, why: this.#why(running), endsCommand });
    } else if (state.phase === 'idle') actuator.rest(rule.then.output, rule.id);
  }

  #tell(id: string, before: Standing | undefined, running: Running | undefined): void {
    const standing = running ?? before;
    const value = standing === undefined ? null : (this.#sensors.get(standing.rule.sensor)?.value ?? null);
    const after = running && { rule: running.rule, state: running.state };
    this.#options.onTransition({ id, before, after, value, why: running ? this.#why(running) : 'the rule is gone' });
  }

  #why({ rule, state }: Standing): string {
    if (state.phase === 'stale') return `${rule.sensor} has had no good reading for too long`;
    if (state.phase === 'waiting') return `${rule.sensor} has had no good reading yet`;
    const limit = rule.above === undefined ? `below ${rule.below}` : `above ${rule.above}`;
    const value = this.#sensors.get(rule.sensor)?.value ?? 'still';
    const words = { idle: ', not', pending: ', since now', active: ',' }[state.phase];
    return `${rule.sensor} is ${value}${words} ${limit}`;
  }
}
