import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Clock } from '../../src/clock.ts';
import type { Lane } from '../../src/uplink/outbox.ts';
import { Pace } from '../../src/uplink/pace.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Asks for turns and writes down when they were given. */
function asking(clock: FakeClock, pace: Pace) {
  const given: { lane: Lane; at: number; mayGo: boolean }[] = [];
  const ask = (lane: Lane) =>
    pace.turn(lane).then((mayGo) => given.push({ lane, at: Math.floor(clock.monotonic()), mayGo }));
  return { given, ask };
}

it('the first turn is at once, the next ones half a second apart', async () => {
  const clock = new FakeClock();
  const { given, ask } = asking(clock, new Pace(clock));
  for (let n = 0; n < 4; n += 1) {
    void ask('summary');
    await clock.advance(500);
  }
  assert.deepEqual(
    given.map(({ at }) => at),
    [0, 500, 1000, 1500],
  );
});

it('an alert that asks later goes first', async () => {
  const clock = new FakeClock();
  const { given, ask } = asking(clock, new Pace(clock));
  void ask('summary');
  void ask('summary');
  await clock.advance(100);
  void ask('alert');
  await clock.advance(1000);
  assert.deepEqual(
    given.map(({ lane, at }) => `${lane} ${at}`),
    ['summary 0', 'alert 500', 'summary 1000'],
  );
});

it('a timer that fires early does not make a turn early', async () => {
  const clock = new FakeClock();
  const early: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (delayMs, run) => clock.after(Math.max(1, delayMs - 0.6), run),
  };
  const { given, ask } = asking(clock, new Pace(early));
  void ask('alert');
  void ask('summary');
  await clock.advance(1000);
  assert.equal(given[1]?.at, 500);
});

it('at the end everybody who waits is sent away, and everybody who comes later', async () => {
  const clock = new FakeClock();
  const pace = new Pace(clock);
  const { given, ask } = asking(clock, pace);
  void ask('summary');
  void ask('summary');
  void ask('alert');
  pace.close();
  void ask('summary');
  await clock.advance(5000);
  assert.deepEqual(
    given.map(({ mayGo }) => mayGo),
    [true, false, false, false],
  );
  assert.equal(clock.waiting, 0);
});
