import type { RuleConfig } from '../../schemas/rules.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Reading } from '../sensors/sensor.ts';
import { atFirst, type Event, evaluate, type RuleState } from './evaluate.ts';
import { type Surroundings, wantOf } from './rule.ts';

/** Whoever switches outputs. It must not throw, and must not wait. */
export interface Actuator {
  demand(output: string, on: boolean, origin: { rule: string; why: string }): void;
}

interface Options {
  clock: Clock;
  surroundings: Surroundings;
  actuator: Actuator;
  /** Hears of every rule whose state has changed, when everything is done. */
  onChange: (rule: RuleConfig, state: RuleState, why: string) => void;
}

interface Running {
  rule: RuleConfig;
  state: RuleState;
  value: number | null;
  cancel: Cancel;
}

interface Watched {
  rules: Running[];
  /** Monotonic time of the last good reading; of the start while there was none. */
  goodSince: number;
  cancel: Cancel;
}

/**
 * Decides in the moment of a reading: all in memory, nothing in it waits. Its timers are for what no reading tells: that
 * a value has been there for long enough, and that a sensor is silent.
 */
export class RuleEngine {
  readonly #options: Options;
  readonly #rules = new Map<string, Running>();
  readonly #sensors = new Map<string, Watched>();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  stateOf(id: string): RuleState | undefined {
    return this.#rules.get(id)?.state;
  }

  /** Starts a rule. */
  add(rule: RuleConfig): void {
    const running = { rule, state: atFirst(this.#options.clock.monotonic()), value: null, cancel: () => {} };
    this.#rules.set(rule.id, running);
    this.#watch(rule.sensor).rules.push(running);
  }

  /** A reading as it comes from its sensor; one that is not good is as if there had been none. */
  take({ sensor, quality, value, monotonic }: Reading): void {
    const watched = this.#sensors.get(sensor);
    if (watched === undefined || quality !== 'good' || value === null || this.#stopped) return;
    if (monotonic < watched.goodSince) return; // an answer that came late says nothing about now
    watched.goodSince = monotonic;
    for (const running of watched.rules) {
      running.value = value;
      this.#hear(running, { kind: 'value', value });
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of [...this.#sensors.values(), ...this.#rules.values()]) cancel();
  }

  #watch(sensor: string): Watched {
    let watched = this.#sensors.get(sensor);
    if (watched === undefined) {
      watched = { rules: [], goodSince: this.#options.clock.monotonic(), cancel: () => {} };
      this.#sensors.set(sensor, watched);
      this.#listenForSilence(sensor, watched);
    }
    return watched;
  }

  /** One timer for each sensor: it looks when the last good reading it knew of would be too old. */
  #listenForSilence(sensor: string, watched: Watched): void {
    const { clock, surroundings } = this.#options;
    const limitMs = (surroundings.staleAfterS.get(sensor) ?? 0) * 1000;
    const silentMs = clock.monotonic() - watched.goodSince;
    const isSilent = silentMs >= limitMs;
    if (isSilent) for (const running of watched.rules) this.#hear(running, { kind: 'silence' });
    const nextMs = isSilent ? limitMs : limitMs - silentMs;
    watched.cancel = clock.after(nextMs, () => this.#listenForSilence(sensor, watched));
  }

  #hear(running: Running, event: Event): void {
    const before = running.state;
    running.state = evaluate(running.rule, before, event, this.#options.clock.monotonic());
    if (running.state === before) return;
    this.#act(running);
    this.#options.onChange(running.rule, running.state, why(running));
  }

  #act(running: Running): void {
    const { clock, actuator, surroundings } = this.#options;
    const { rule, state } = running;
    running.cancel();
    if (state.phase === 'pending') {
      const leftMs = state.since + rule.for_s * 1000 - clock.monotonic();
      running.cancel = clock.after(Math.max(0, leftMs), () => this.#hear(running, { kind: 'time' }));
    }
    const want = wantOf(rule, state, surroundings);
    if (want !== undefined) actuator.demand(rule.then.output, want, { rule: rule.id, why: why(running) });
  }
}

function why({ rule, state, value }: Running): string {
  if (state.phase === 'stale') return `${rule.sensor} has had no good reading for too long`;
  const limit = rule.above === undefined ? `below ${rule.below}` : `above ${rule.above}`;
  return `${rule.sensor} is ${value ?? 'still'}${state.phase === 'active' ? ',' : ', no longer'} ${limit}`;
}
