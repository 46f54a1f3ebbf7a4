import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Supervisor } from '../../src/supervision/supervisor.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A supervisor, and what it told. `rig.standstill` is what does not go on any more. */
function aSupervisor({ watchdogMs }: { watchdogMs: number | undefined } = { watchdogMs: 9000 }) {
  const clock = new FakeClock();
  const told: string[] = [];
  const faults: string[] = [];
  const rig = { standstill: undefined as string | undefined };
  const supervisor = new Supervisor({
    clock,
    watchdogMs,
    notify: (message) => void told.push(message),
    standstill: () => rig.standstill,
    onStandstill: (what) => void faults.push(what),
  });
  return { supervisor, clock, told, faults, rig };
}

describe('a supervisor', () => {
  it('says nothing before the server serves, and then gives signs of life, three in the time of the watchdog', async () => {
    const { supervisor, clock, told } = aSupervisor();
    await clock.advance(60_000);
    assert.deepEqual(told, []);
    supervisor.ready('serving port 5000');
    await clock.advance(9000);
    assert.deepEqual(told, ['READY=1\nSTATUS=serving port 5000', ...Array(4).fill('WATCHDOG=1')]);
  });

  it('gives none any more when the control loop stands still, also where timers go on, and says it once', async () => {
    const { supervisor, clock, told, faults, rig } = aSupervisor();
    supervisor.ready('serving');
    rig.standstill = 'no round begins';
    await clock.advance(60_000);
    assert.deepEqual(told.slice(2), ['STATUS=no round begins']);
    assert.deepEqual(faults, ['no round begins']);
  });

  it('gives none where nobody watches', async () => {
    const { supervisor, clock, told } = aSupervisor({ watchdogMs: undefined });
    supervisor.ready('serving');
    await clock.advance(60_000);
    assert.deepEqual(told, ['READY=1\nSTATUS=serving']);
    assert.equal(clock.waiting, 0);
  });

  it('says that it stops, and is quiet then', async () => {
    const { supervisor, clock, told } = aSupervisor();
    supervisor.ready('serving');
    supervisor.stopping();
    await clock.advance(60_000);
    assert.equal(told.at(-1), 'STOPPING=1\nSTATUS=stopping');
    assert.equal(clock.waiting, 0);
  });
});
