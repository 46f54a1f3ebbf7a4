import assert from 'node:assert/strict';
import test from 'node:test';
import type { OutputConfig } from '../../schemas/devices.ts';
import { openSimulated } from '../../src/hardware/simulated.ts';
import { buildTestApp } from '../support/server.ts';

test('a start that fails after outputs were claimed leaves them safe', async (t) => {
  const pins = openSimulated();
  await pins.input(27, { pull: 'off', active: 'high', debounceMs: 0 }); // somebody else has the pin of the button
  const outputs: OutputConfig[] = [
    { id: 'heater', pin: 17, active: 'high', initial: 'on', safe: 'off', override_s: 3600, excludes: [] },
  ];
  const levels: number[] = [];
  const claim = pins.output.bind(pins);
  pins.output = async (...args) => {
    const line = await claim(...args);
    levels.push(pins.level(17));
    return line;
  };
  await assert.rejects(buildTestApp(t, { outputs: [...outputs] }, { hardware: { driver: pins, why: 'a test' } }), {
    name: 'HardwareError',
    message: /GPIO 27 .* is already taken/,
  });
  assert.deepEqual([...levels, pins.level(17)], [1, 0]);
});
