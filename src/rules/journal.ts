import type { RuleConfig } from '../../schemas/rules.ts';
import type { Clock } from '../clock.ts';
import { type AlertDetails, alertEvents, type Cause, raisedBy } from './alert.ts';
import { AlertRate } from './alert-rate.ts';
import type { Transition } from './engine.ts';
import type { RuleState } from './evaluate.ts';
import { recall, recallAlerts, remember } from './memory.ts';
import type { Standing } from './rule.ts';

/** Wall time, and the same instant on the clock that never jumps. */
interface Instant {
  at: number;
  monotonic: number;
}

export type AlertNote = { rule: string; cause: Cause } & Instant &
  ({ event: 'raised'; details: AlertDetails } | { event: 'cleared'; suppressed?: number });

/** Whoever writes down what rules do. It does not wait, and writes in the order in which it was told. */
export interface Records {
  alert(note: AlertNote): void;
  /** So much waits that no more alerts should be made than have to be. */
  readonly crowded: boolean;
  state(rule: string, text: string): void;
}

interface Options {
  clock: Clock;
  records: Records;
  /** Alerts that a rule may raise of one cause in an hour. */
  maxAlertsPerHour: number;
  /** Identity of this start of the machine. */
  boot: string;
  /** What is known of a sensor beside its values. */
  sensor: (id: string) => { unit: string | null; simulated: boolean } | undefined;
}

/** A power cut costs a rule that waits for its time no more than this. */
const REMEMBER_EVERY_MS = 10_000;

/** What has to outlive the process of rules: their states, and the alerts that they raise and clear. */
export class Journal {
  readonly rate: AlertRate;
  readonly #options: Options;
  readonly #rememberedAt = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
    const { clock, records, maxAlertsPerHour: maxPerHour } = options;
    this.rate = new AlertRate({ clock, records, maxPerHour });
  }

  transition({ id, before, after, value }: Transition): void {
    const isAnother = before !== undefined && before.rule !== after?.rule;
    // An episode that is kept open is the old rule's.
    if (isAnother) this.rate.release(id);
    for (const { event, cause } of alertEvents(before, after)) {
      const note = { rule: id, cause, ...this.#instant() };
      if (event === 'cleared') {
        this.rate.cleared({ ...note, event });
        if (isAnother) this.rate.release(id);
      } else if (after !== undefined) this.rate.raised({ ...note, event, details: this.#details(after, value) });
    }
    if (after === undefined) this.rate.forget(id);
    else this.#keep(after);
  }

  /** A rule goes on to wait for its time. */
  pending(standing: Standing): void {
    const rememberedAt = this.#rememberedAt.get(standing.rule.id) ?? Number.NEGATIVE_INFINITY;
    if (this.#options.clock.monotonic() - rememberedAt >= REMEMBER_EVERY_MS) this.#keep(standing);
  }

  /** The end: for how long rules have waited until now, and which episodes were kept open that are over. */
  close(rules: Iterable<Standing>): void {
    for (const standing of rules) {
      const { id } = standing.rule;
      const wasFlapping = this.rate.isFlapping(id);
      this.rate.release(id);
      if (wasFlapping || standing.state.phase === 'pending') this.#keep(standing);
    }
    this.rate.stop();
  }

  recall(rule: RuleConfig, text: string | undefined): RuleState | undefined {
    const { boot, clock } = this.#options;
    const now = { boot, monotonic: clock.monotonic() };
    const state = recall(rule, text, now);
    if (state === undefined || text === undefined) return undefined;
    const { memory, sinceMs } = recallAlerts(text, now);
    this.rate.recall(rule.id, memory, sinceMs);
    return state;
  }

  /** Clears alerts of a former life that no rule stands behind any more. */
  reconcile(open: readonly { rule: string; cause: Cause }[], rules: ReadonlyMap<string, Standing>): void {
    for (const { rule, cause } of open) {
      const stands = raisedBy(rules.get(rule)).includes(cause);
      if (stands) continue;
      this.rate.cleared({ event: 'cleared', rule, cause, ...this.#instant() });
      if (!rules.has(rule)) this.rate.forget(rule);
    }
  }

  #keep(standing: Standing): void {
    const { clock, boot, records } = this.#options;
    this.#rememberedAt.set(standing.rule.id, clock.monotonic());
    records.state(
      standing.rule.id,
      remember(standing, { boot, monotonic: clock.monotonic() }, this.rate.memory(standing.rule.id)),
    );
  }

  #instant(): Instant {
    return { at: this.#options.clock.now(), monotonic: this.#options.clock.monotonic() };
  }

  #details({ rule, state }: Standing, value: number | null): AlertDetails {
    const sensor = this.#options.sensor(rule.sensor);
    return {
      sensor: rule.sensor,
      unit: sensor?.unit ?? null,
      simulated: sensor?.simulated ?? false,
      severity: rule.alert ?? 'info',
      value: state.phase === 'waiting' ? null : value,
      threshold: rule.above ?? rule.below ?? null,
    };
  }
}
