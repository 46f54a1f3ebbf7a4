import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrustedClock } from '../../src/timekeeping/trusted-clock.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DAY = 86_400_000;
const IN_1970 = 12_000;

function aClock(startMs?: number) {
  const wall = new FakeClock(startMs);
  return { wall, clock: new TrustedClock(wall) };
}

describe('a clock that is not trusted yet', () => {
  it('runs on evenly from the wall clock at its start, whatever that does meanwhile', async () => {
    const { wall, clock } = aClock();
    const start = wall.now();
    for (const step of [DAY, -2 * DAY, 1000, 14 * DAY]) {
      wall.step(step);
      await wall.advance(10_000);
    }
    assert.equal(clock.now(), start + 40_000);
    assert.equal(clock.monotonic(), 40_000);
    assert.equal(clock.trusted, false);
  });

  it('runs on evenly from the guess that it is given', async () => {
    const { wall, clock } = aClock(IN_1970);
    clock.guess(5_000_000);
    wall.step(DAY);
    await wall.advance(250);
    assert.equal(clock.now(), 5_000_250);
  });

  it('gives no instant for trusted', async () => {
    const { wall, clock } = aClock();
    await wall.advance(1000);
    assert.deepEqual([clock.trustedAt(0), clock.trustedAt(1000), clock.trustedAt(1e9)], [false, false, false]);
  });
});

describe('a clock that is trusted', () => {
  it('is the wall clock, with its steps', async () => {
    const { wall, clock } = aClock(IN_1970);
    wall.step(14 * DAY);
    clock.trust();
    assert.equal(clock.now(), wall.now());
    wall.step(-DAY);
    await wall.advance(5);
    assert.equal(clock.now(), wall.now());
    assert.equal(clock.trusted, true);
  });

  it('answers what has to be added to monotonic time, in whole milliseconds', async () => {
    const { wall, clock } = aClock(IN_1970);
    await wall.advance(1000.4);
    wall.step(14 * DAY);
    const offset = clock.trust();
    assert.ok(Number.isInteger(offset));
    assert.equal(offset, IN_1970 + 14 * DAY);
  });

  it('leaves readings alone that were begun before it was', async () => {
    const { wall, clock } = aClock(IN_1970);
    await wall.advance(1000);
    clock.trust();
    await wall.advance(1000);
    assert.deepEqual([clock.trustedAt(999), clock.trustedAt(1000), clock.trustedAt(2000)], [false, true, true]);
  });
});

it('timers go by the time that passes, not by the one that is shown', async () => {
  const { wall, clock } = aClock(IN_1970);
  const fired: number[] = [];
  clock.after(5000, () => fired.push(clock.monotonic()));
  clock.after(5000, () => fired.push(Number.NaN))();
  wall.step(DAY);
  await wall.advance(4999);
  assert.deepEqual(fired, []);
  await wall.advance(1);
  assert.deepEqual(fired, [5000]);
});

describe('a time after the year 9999', () => {
  const YEAR_10000 = Date.UTC(10_000, 0, 1);

  it('is not taken for the begin', async () => {
    const { wall, clock } = aClock(YEAR_10000);
    await wall.advance(1000);
    assert.deepEqual([clock.isPossible, clock.now()], [false, 1000]);
  });

  it('is not shown by a clock that was right before: it runs on evenly, until the wall clock is right again', async () => {
    const { wall, clock } = aClock();
    clock.trust();
    const start = clock.now();
    const step = YEAR_10000 - start;
    wall.step(step);
    await wall.advance(1000);
    assert.equal(clock.now(), start + 1000);
    wall.step(-step);
    assert.equal(clock.now(), wall.now());
  });
});
