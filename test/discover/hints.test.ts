import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeKernel } from '../sensors/a-kernel.ts';
import { aPi, discover, load } from './a-machine.ts';

describe('discover says what to enable', () => {
  const cases: Record<string, [prepare: (kernel: FakeKernel) => void, hint: RegExp]> = {
    'without a 1-wire bus': [
      () => {},
      /^# No 1-wire bus\. .*dtoverlay=w1-gpio in \/boot\/firmware\/config\.txt, then/m,
    ],
    'on a 1-wire bus without devices': [
      (kernel) => kernel.oneWire(),
      /^# 1-wire: a bus without a device: check the wiring/m,
    ],
    'on a 1-wire bus full of noise': [
      (kernel) => kernel.oneWire({ '00-400000000000': 0 }),
      /^# 1-wire: devices that begin with 00 are noise: is there a pull-up resistor/m,
    ],
    'without an I2C bus': [() => {}, /^# No I2C bus on pins 3 and 5: dtparam=i2c_arm=on in /m],
    'on an I2C bus without devices': [
      (kernel) => kernel.i2cBus(),
      /^# I2C: the kernel was told of no chip on bus 1; .*\n# I2C: .*dtoverlay=i2c-sensor,bme280,addr=0x76 in .*\n.*new_device$/m,
    ],
    'with a chip that does not answer': [
      (kernel) => kernel.i2cDevice({ address: '0x76', name: 'bme280' }, false),
      /^# I2C: bme280 at 0x76 on bus 1 has no driver, or did not answer it: check wiring and address\.$/m,
    ],
  };
  for (const [what, [prepare, hint]] of Object.entries(cases)) {
    it(what, async (t) => {
      const kernel = aPi(t);
      prepare(kernel);
      const text = await discover(kernel);
      assert.match(text, hint);
      load(t, text);
    });
  }

  it('only on a Raspberry Pi, and elsewhere how to go on without', async (t) => {
    const text = await discover(new FakeKernel(t));
    assert.equal(
      text,
      `# This is not a Raspberry Pi.
# Pins: there is no header of a Raspberry Pi; the server would simulate one.

# No sensor was found. The server runs all the same, with made-up values; for trying it out, add for instance:
# sensors: [{ id: demo, kind: simulated, unit: °C }]
`,
    );
    assert.deepEqual(load(t, text).sensors.length, 2);
    load(t, text.replace('# sensors:', 'sensors:'));
  });
});
