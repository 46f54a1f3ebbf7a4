import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Ds18b20Config } from '../../schemas/chip-config.ts';
import { refusalOf, sensorOf } from './a-config.ts';
import { FakeKernel } from './a-kernel.ts';

const ID = '28-00000a1b2c3d';
const OTHER = '28-00000a1b2c3e';

const aThermometer = (changes: Partial<Ds18b20Config> = {}): Ds18b20Config => ({
  id: 'air',
  kind: 'ds18b20',
  serial: ID,
  ...changes,
});

async function withBus(t: TestContext, devices?: Record<string, string | number>) {
  const kernel = new FakeKernel(t);
  if (devices !== undefined) kernel.oneWire(devices);
  const sensor = await sensorOf(aThermometer(), { root: kernel.root });
  const refusal = async () => (await refusalOf(sensor)).replace(kernel.root, '');
  return { kernel, sensor, refusal };
}

describe('a DS18B20', () => {
  for (const [text, value] of [
    ['21500', 21.5],
    ['-5125', -5.125],
    ['85000', 85],
    ['0', 0],
  ] as const) {
    it(`is read in °C: ${text} is ${value}`, async (t) => {
      const { sensor } = await withBus(t, { [ID]: text });
      assert.equal(await sensor.read(), value);
    });
  }

  it('is named by its serial number with and without its family', async (t) => {
    const { kernel } = await withBus(t, { [ID]: 21_500, [OTHER]: 4_000 });
    for (const serial of [OTHER, OTHER.slice(3)]) {
      const sensor = await sensorOf(aThermometer({ serial }), { root: kernel.root });
      assert.equal(await sensor.read(), 4);
      assert.equal(sensor.source, `/sys/bus/w1/devices/${OTHER}/temperature`);
    }
  });

  it('has the range of its datasheet, its power-on value, and the whole 1-wire for a bus', async (t) => {
    const { min, max, powerOnValue, unit, bus } = (await withBus(t)).sensor;
    assert.deepEqual(
      { min, max, powerOnValue, unit, bus },
      { min: -55, max: 125, powerOnValue: 85, unit: '°C', bus: 'w1' },
    );
    const narrow = await sensorOf(aThermometer({ min: 0, max: 40 }));
    assert.deepEqual([narrow.min, narrow.max], [0, 40]);
  });

  it('that does not answer is a failed reading, and never 0', async (t) => {
    const { refusal } = await withBus(t, { [ID]: '' });
    assert.equal(await refusal(), `/sys/bus/w1/devices/${ID}/temperature is empty: the sensor did not answer`);
  });

  it('that is unplugged fails with what is there instead, and is read again when it is back', async (t) => {
    const { kernel, sensor, refusal } = await withBus(t, { [ID]: 21_500, [OTHER]: 4_000 });
    assert.equal(await sensor.read(), 21.5);
    kernel.unplugOneWire(ID);
    assert.equal(await refusal(), `No thermometer with serial ${ID} on the 1-wire bus; found: ${OTHER}`);
    kernel.oneWire({ [ID]: 22_000 });
    assert.equal(await sensor.read(), 22);
  });

  for (const [what, devices, message] of [
    ['without a bus', undefined, 'There is no 1-wire bus: is dtoverlay=w1-gpio in /boot/firmware/config.txt set?'],
    [
      'on an empty bus',
      {},
      `No thermometer with serial ${ID} on the 1-wire bus, and no other one: ` +
        'check the wiring, the pull-up resistor of 4.7 kΩ and the pin',
    ],
    [
      'on a bus without a resistor',
      { '00-800000000000': 0, '01-000802b5c1f3': 0 },
      `No thermometer with serial ${ID} on the 1-wire bus, and no other one: ` +
        'the devices there that begin with 00 mean that its pull-up resistor of 4.7 kΩ is missing',
    ],
  ] as const) {
    it(`${what} fails with what to do`, async (t) => {
      const { refusal } = await withBus(t, devices);
      assert.equal(await refusal(), message);
    });
  }
});
