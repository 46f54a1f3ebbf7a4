import assert from 'node:assert/strict';
import { it } from 'node:test';
import { driveSafe } from '../../src/outputs/drive-safe.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anOutput, aVent, LED, VENT } from './a-bank.ts';
import { openBreakable } from './breakable-driver.ts';

it('outputs are driven to their safe states, whatever they begin with, and one that fails keeps no other from it', async () => {
  const pins = openBreakable(new FakeClock());
  await pins.input(5, { pull: 'up', active: 'high', debounceMs: 0 }); // a pin that somebody else has
  const outputs = [
    aVent({ initial: 'off' }),
    anOutput({ id: 'taken', pin: 5 }),
    anOutput({ initial: 'on' }),
    anOutput({ id: 'lamp', pin: 18, active: 'low', pwm: { frequency_hz: 1000 } }),
  ];
  const faults = await driveSafe(outputs, pins);
  assert.deepEqual([pins.level(VENT), pins.level(LED), pins.duty(18)], [1, 0, 1]);
  assert.deepEqual(
    faults.map(({ message }) => message),
    ['GPIO 5 on the simulated header is already taken by "pi-edge-api".'],
  );
});
