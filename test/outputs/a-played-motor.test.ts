import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { HardwareError } from '../../src/hardware/driver.ts';
import { openSimulated } from '../../src/hardware/simulated.ts';
import { OutputBank } from '../../src/outputs/bank.ts';
import { OutputRefused } from '../../src/outputs/change.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anOutput } from './a-bank.ts';

const PINS = { up: 5, down: 6 };
const IDS = ['up', 'down'] as const;
type Id = (typeof IDS)[number];
/** What a wire does: a write is heard, or fails without effect, or has its effect and is said to have failed. */
type Wire = 'sound' | 'cut' | 'mute';

const id = fc.constantFrom(...IDS);
const on = fc.boolean();
const events = fc.oneof(
  fc.record({ what: fc.constant('wire' as const), id, wire: fc.constantFrom<Wire>('sound', 'cut', 'mute') }),
  fc.record({
    ...{ what: fc.constant('command' as const), id },
    action: fc.constantFrom('on' as const, 'off' as const, 'toggle' as const, 'auto' as const),
    durationS: fc.constantFrom(undefined, 3),
  }),
  fc.record({ what: fc.constant('demand' as const), id, on, endsCommand: on }),
  fc.record({ what: fc.constant('rest' as const), id }),
  fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 5000 }) }),
);
type Event = typeof events extends fc.Arbitrary<infer T> ? T : never;

/** Both directions of a motor, each commanded by a rule of its name, on wires that break. */
async function aMotor(excludes: Id[]) {
  const clock = new FakeClock();
  const driver = openSimulated(clock);
  const wires = new Map<number, Wire>();
  const levels = () => IDS.map((one) => driver.level(PINS[one]));
  const burnt: number[][] = [];
  const output: typeof driver.output = async (pin, options) => {
    const line = await driver.output(pin, options);
    const write = (level: boolean) => {
      const wire = wires.get(pin) ?? 'sound';
      if (wire !== 'cut') line.write(level);
      if (levels().every((one) => one === 1)) burnt.push(levels());
      if (wire !== 'sound') throw new HardwareError(`GPIO ${pin} is gone`);
    };
    return { ...line, write };
  };
  const configs = [
    anOutput({ id: 'up', pin: PINS.up, excludes, max_on_s: 20 }),
    anOutput({ id: 'down', pin: PINS.down }),
  ];
  const bank = await OutputBank.claim(configs, { ...driver, output }, { clock, onFault: () => undefined });
  for (const one of IDS) bank.own(one, one);

  async function play(event: Event): Promise<void> {
    if (event.what === 'wire') wires.set(PINS[event.id], event.wire);
    if (event.what === 'pass') await clock.advance(event.ms);
    if (event.what === 'rest') bank.rest(event.id, event.id);
    if (event.what === 'demand') {
      bank.demand(event.id, event.on, { rule: event.id, why: 'test', endsCommand: event.endsCommand });
    }
    if (event.what !== 'command') return;
    try {
      const { action, durationS } = event;
      bank.switch(event.id, { action, ...(action !== 'auto' && { durationS }) });
    } catch (error) {
      if (!(error instanceof HardwareError || error instanceof OutputRefused)) throw error;
    }
  }
  const mend = async () => {
    wires.clear();
    await clock.advance(1000);
  };
  return { bank, clock, play, mend, burnt, levels };
}

/** What has to be true when all wires are sound again. */
function check({ bank, levels }: Awaited<ReturnType<typeof aMotor>>): void {
  assert.deepEqual(bank.failing(), []);
  assert.deepEqual(
    levels(),
    IDS.map((one) => Number(bank.states()[one])),
  );
  for (const one of bank.list()) {
    const other = bank.list().find(({ id }) => id !== one.id);
    const isFree = one.until === null && one.held_by !== 'limit' && other?.state === 'off';
    if (isFree && one.demand !== null) assert.equal(one.state, one.demand, `${one.id} waits for nothing`);
    if (one.held_by === 'api') assert.notEqual(one.until, null);
    if (one.held_by === 'rule') assert.notEqual(one.demand, null);
  }
}

const lives = fc.array(events, { minLength: 5, maxLength: 40 });

it('both directions of a motor are never on together, whatever is wanted and whatever breaks', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (life) => {
      const motor = await aMotor(['down']);
      for (const event of life) await motor.play(event);
      await motor.mend();
      check(motor);
      for (const event of life) await motor.play(event);
      try {
        motor.bank.makeSafe();
      } catch {}
      await motor.mend();
      motor.bank.makeSafe();
      assert.deepEqual([motor.levels(), motor.burnt], [[0, 0], []]);
    }),
    { numRuns: 500 },
  );
});

it('negative control: outputs that do not exclude each other are on together in some life', async () => {
  let burnt = 0;
  await fc.assert(
    fc.asyncProperty(lives, async (life) => {
      const motor = await aMotor([]);
      for (const event of life) await motor.play(event);
      burnt += motor.burnt.length;
    }),
    { numRuns: 50 },
  );
  assert.ok(burnt > 0);
});
