import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RuleConfig } from '../../schemas/rules.ts';
import { OutputBank } from '../../src/outputs/bank.ts';
import { type OutputChange, OutputRefused } from '../../src/outputs/change.ts';
import { RuleEngine } from '../../src/rules/engine.ts';
import { recall, remember } from '../../src/rules/memory.ts';
import { aVent, VENT } from '../outputs/a-bank.ts';
import { openBreakable } from '../outputs/breakable-driver.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MIN_ON_S = 20;
const MIN_OFF_S = 10;
const STALE_AFTER_S = 30;
const OVERRIDE_S = 60;
const vent = aVent({ safe: 'off', min_on_s: MIN_ON_S, min_off_s: MIN_OFF_S, override_s: OVERRIDE_S });
const does = (action: 'on' | 'off') => ({ output: 'vent', action });
const rule: RuleConfig = {
  ...{ id: 'heat', sensor: 'air', above: 30, hysteresis: 0, for_s: 0 },
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  ...{ then: does('on'), otherwise: does('off'), when_stale: does('on') },
};

/** What may happen to a greenhouse, second by second. */
type Event =
  | { what: 'read'; value: number }
  | { what: 'broken'; forS: number }
  | { what: 'command'; action: 'on' | 'off' | 'toggle' | 'auto' }
  | { what: 'restart'; machine: boolean }
  | { what: 'clock'; step: number };

const events: fc.Arbitrary<Event> = fc.oneof(
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
  goodAt = 0;
  commandedAt = Number.NEGATIVE_INFINITY;
  startedAt = 0;
  #bank!: OutputBank;
  #engine!: RuleEngine;
  #memory: string | undefined;
  #boot = 0;

  async start(): Promise<void> {
    this.#bank = await OutputBank.claim([vent], this.pins, { clock: this.clock, onFault: assert.fail });
    this.#bank.onChange((change) => void this.changes.push(change));
    this.startedAt = this.clock.monotonic();
    this.commandedAt = Number.NEGATIVE_INFINITY;
    this.goodAt = this.startedAt;
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
        if (event.what === 'read') this.goodAt = clock.monotonic();
        this.#engine.take({
          ...{ sensor: 'air', at: clock.now(), monotonic: clock.monotonic(), reason: null, simulated: false },
          ...(event.what === 'read' ? { value: event.value, quality: 'good' } : { value: null, quality: 'failed' }),
        });
        break;
      case 'command':
        try {
          // Where the rule wants nothing yet, the time begins with its first wish: that its sensor is silent, at the latest.
          const laterS = this.#bank.get('vent')?.demand === null ? STALE_AFTER_S : 0;
          this.#bank.switch('vent', { action: event.action });
          // `auto` ends a command as its time does: what it switched still has to be kept for its shortest time.
          this.commandedAt = clock.monotonic() + (event.action === 'auto' ? -OVERRIDE_S : laterS) * 1000;
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
  const byRule = house.since(house.commandedAt) > OVERRIDE_S + Math.max(MIN_ON_S, MIN_OFF_S);
  const silentS = house.since(house.goodAt);
  if (byRule && silentS >= STALE_AFTER_S + MIN_OFF_S) assert.ok(house.isOn, `closed, and silent for ${silentS} s`);
}

async function live(life: readonly Event[]): Promise<Greenhouse> {
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

describe('the life of a greenhouse', () => {
  it('whatever happens, the vent keeps its times, and opens when nobody knows the temperature', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(events, { minLength: 20, maxLength: 400, size: 'max' }),
        async (life) => void (await live(life)),
      ),
      { numRuns: 100 },
    );
  });

  it('an hour of noise around the threshold switches it no more often than its times allow', async () => {
    const house = await live(
      Array.from({ length: 3600 }, (_, second) => ({ what: 'read', value: second % 2 ? 30.1 : 29.9 })),
    );
    const most = 1 + (2 * 3600) / (MIN_ON_S + MIN_OFF_S);
    assert.ok(
      house.changes.length > 100 && house.changes.length <= most,
      `${house.changes.length} times, ${most} are the most`,
    );
  });

  it('a dead thermometer opens it, a command holds it for a while, and then it is open again', async () => {
    const dead = (forS: number): Event => ({ what: 'broken', forS });
    const house = await live([dead(60), { what: 'command', action: 'off' }, dead(OVERRIDE_S + 30)]);
    assert.deepEqual(
      house.changes.map(({ to, by }) => [to, by]),
      [
        [true, 'rule'],
        [false, 'api'],
        [true, 'rule'],
      ],
    );
  });

  it('negative control: without its times, noise switches it every second', async () => {
    const { min_on_s: _on, min_off_s: _off, ...hasty } = vent;
    const clock = new FakeClock();
    const bank = await OutputBank.claim([hasty], openBreakable(clock), { clock, onFault: assert.fail });
    const changes: OutputChange[] = [];
    bank.onChange((change) => void changes.push(change));
    for (let second = 0; second < 60; second++) bank.demand('vent', second % 2 === 0, { rule: 'heat', why: 'noise' });
    assert.equal(changes.length, 60);
  });
});
