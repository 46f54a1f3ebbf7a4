import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RuleConfig } from '../../schemas/rules.ts';
import { OutputBank } from '../../src/outputs/bank.ts';
import { type OutputChange, OutputRefused } from '../../src/outputs/change.ts';
import { RuleEngine } from '../../src/rules/engine.ts';
import { recall, remember } from '../../src/rules/memory.ts';
import { aVent, VENT } from '../outputs/a-bank.ts';
import { openBreakable } from '../outputs/breakable-driver.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const MIN_ON_S = 20;
export const MIN_OFF_S = 10;
const STALE_AFTER_S = 30;
export const OVERRIDE_S = 60;
export const vent = aVent({ safe: 'off', min_on_s: MIN_ON_S, min_off_s: MIN_OFF_S, override_s: OVERRIDE_S });
const does = (action: 'on' | 'off') => ({ output: 'vent', action });
const rule: RuleConfig = {
  ...{ id: 'heat', sensor: 'air', above: 30, hysteresis: 0, for_s: 0 },
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  ...{ then: does('on'), otherwise: does('off'), when_stale: does('on') },
};

/** What may happen to a greenhouse, second by second. */
export type Event =
  | { what: 'read'; value: number }
  | { what: 'broken'; forS: number }
  | { what: 'command'; action: 'on' | 'off' | 'toggle' | 'auto' }
  | { what: 'restart'; machine: boolean }
  | { what: 'clock'; step: number };

export const events: fc.Arbitrary<Event> = fc.oneof(
  // Noise around the threshold, the worst that can happen to an output.
  { weight: 30, arbitrary: fc.record({ what: fc.constant('read' as const), value: fc.constantFrom(29.9, 30.1) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('broken' as const), forS: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('command' as const),
      action: fc.constantFrom('on' as const, 'off' as const, 'toggle' as const, 'auto' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const), machine: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('clock' as const), step: fc.constantFrom(-86_400_000, 86_400_000) }),
  },
);

/** A greenhouse that is played, with all that its outputs did. */
class Greenhouse {
  readonly clock = new FakeClock();
  pins = openBreakable(this.clock);
  readonly changes: OutputChange[] = [];
  /** Monotonic times: from when on nobody knows the temperature; of the last command, and until when it holds. */
  silentFrom = Number.POSITIVE_INFINITY;
  commandedAt = Number.NEGATIVE_INFINITY;
  heldUntil = Number.NEGATIVE_INFINITY;
  startedAt = 0;
  #bank!: OutputBank;
  #engine!: RuleEngine;
  #memory: string | undefined;
  #boot = 0;

  async start(): Promise<void> {
    this.#bank = await OutputBank.claim([vent], this.pins, { clock: this.clock, onFault: assert.fail });
    this.#bank.onChange((change) => void this.changes.push(change));
    this.startedAt = this.clock.monotonic();
    this.heldUntil = Number.NEGATIVE_INFINITY;
    const wasSilent = this.startedAt >= this.silentFrom; // the rule remembers it
    this.silentFrom = this.startedAt + (wasSilent ? 0 : STALE_AFTER_S * 1000);
    const instant = () => ({ boot: String(this.#boot), monotonic: this.clock.monotonic() });
    this.#engine = new RuleEngine({
      clock: this.clock,
      surroundings: { staleAfterS: new Map([['air', STALE_AFTER_S]]), safe: new Map([['vent', false]]) },
      actuator: this.#bank,
      onTransition: ({ after }) => {
        if (after !== undefined) this.#memory = remember(after, instant());
      },
    });
    this.#engine.add(rule, recall(rule, this.#memory, instant()));
  }

  async play(event: Event): Promise<void> {
    const { clock } = this;
    switch (event.what) {
      case 'read':
      case 'broken':
        if (event.what === 'read') this.silentFrom = clock.monotonic() + STALE_AFTER_S * 1000;
        this.#engine.take({
          ...{ sensor: 'air', at: clock.now(), monotonic: clock.monotonic(), reason: null, simulated: false },
          ...(event.what === 'read' ? { value: event.value, quality: 'good' } : { value: null, quality: 'failed' }),
        });
        break;
      case 'command':
        try {
          this.#bank.switch('vent', { action: event.action });
          this.commandedAt = clock.monotonic();
          this.heldUntil = clock.monotonic() + (event.action === 'auto' ? 0 : OVERRIDE_S * 1000);
        } catch (error) {
          if (!(error instanceof OutputRefused)) throw error;
        }
        break;
      case 'clock':
        clock.step(event.step);
        break;
      case 'restart':
        this.#engine.stop();
        this.#bank.makeSafe();
        this.changes.length = 0;
        assert.equal(this.isOn, false, 'safe at the end');
        if (event.machine) this.#boot += 1;
        this.pins = openBreakable(clock);
        await this.start();
    }
  }

  get isOn(): boolean {
    return this.pins.level(VENT) === 1;
  }

  /** Seconds since; Infinity for never. */
  since(monotonic: number): number {
    return (this.clock.monotonic() - monotonic) / 1000;
  }
}

/** Says what must never be, after every second. */
function check(house: Greenhouse): void {
  const { changes } = house;
  for (const [index, { to, at: _at, monotonic }] of changes.entries()) {
    const before = changes[index - 1];
    const keptS = (monotonic - (before?.monotonic ?? house.startedAt)) / 1000;
    const least = to ? MIN_OFF_S : MIN_ON_S;
    assert.ok(keptS >= least, `${to ? 'off' : 'on'} for ${keptS} s only`);
  }
  // Nothing closes it once nobody knows the temperature, but a command that was given since; what was closed before keeps
  // its time.
  const isHeld = house.commandedAt >= house.silentFrom;
  const mustBeOpenS = house.since(Math.max(house.silentFrom, isHeld ? house.heldUntil : 0)) - MIN_OFF_S;
  if (mustBeOpenS >= 0) assert.ok(house.isOn, `closed, ${mustBeOpenS} s too long`);
}

/** Plays a life, and looks after every second. */
export async function live(life: readonly Event[]): Promise<Greenhouse> {
  const house = new Greenhouse();
  await house.start();
  for (const event of life) {
    for (let second = 0; second < (event.what === 'broken' ? event.forS : 1); second++) {
      await house.play(event);
      await house.clock.advance(1000);
      check(house);
    }
  }
  return house;
}
