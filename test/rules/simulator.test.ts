import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OutputBank } from '../../src/outputs/bank.ts';
import type { OutputChange } from '../../src/outputs/change.ts';
import { openBreakable } from '../outputs/breakable-driver.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Event, events, live, MIN_OFF_S, MIN_ON_S, OVERRIDE_S, vent } from './a-played-greenhouse.ts';

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

  it('a command is over when the thermometer dies, also one that was given before the first reading', async () => {
    const closing: Event[] = [
      { what: 'command', action: 'off' },
      { what: 'broken', forS: 60 },
    ];
    const house = await live([...closing, { what: 'read', value: 35 }, ...closing]);
    assert.ok(house.isOn);
  });

  it('negative control: without its times, noise switches it every second', async () => {
    const { min_on_s: _on, min_off_s: _off, ...hasty } = vent;
    const clock = new FakeClock();
    const bank = await OutputBank.claim([hasty], openBreakable(clock), { clock, onFault: assert.fail });
    const changes: OutputChange[] = [];
    bank.onChange((change) => void changes.push(change));
    bank.own('vent', 'heat');
    for (let second = 0; second < 60; second++) bank.demand('vent', second % 2 === 0, { rule: 'heat', why: 'noise' });
    assert.equal(changes.length, 60);
  });
});
