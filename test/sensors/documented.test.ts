import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import { QualitySchema, SensorSchema } from '../../schemas/sensors.ts';
import { Plausibility } from '../../src/sensors/plausibility.ts';
import { faultsIn } from '../config/faults.ts';
import { load } from '../discover/a-machine.ts';
import { realDriver, sensorsOf } from './a-config.ts';
import { BMP280, FakeKernel, INA219 } from './a-kernel.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/sensors.md'), 'utf8');

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);

/** A Pi with everything connected that the page speaks of, under the names that the kernel gives it. */
function everythingConnected(t: TestContext): FakeKernel {
  const kernel = new FakeKernel(t);
  kernel.thermalZone(0, { type: 'cpu-thermal', temp: 47_236 });
  kernel.oneWire({ '28-00000a1b2c3d': 21_500, '10-000802b5c1f3': 54_500 });
  kernel.iioOnI2c({
    ...{ address: '0x76', name: 'bme280', number: 0 },
    files: { ...BMP280, in_humidityrelative_input: 45_678 },
  });
  kernel.hwmonOnI2c({ address: '0x48', name: 'lm75', number: 1, files: { temp1_input: 23_500 } });
  kernel.hwmonOnI2c({ address: '0x40', name: 'ina219', number: 2, files: INA219 });
  for (const [number, address] of [
    [3, '0x44'],
    [4, '0x45'],
  ] as const)
    kernel.hwmonOnI2c({ address, name: 'sht3x', number, files: { temp1_input: 20_000, humidity1_input: 51_000 } });
  kernel.iioOnI2c({
    ...{ address: '0x4a', name: 'ads1015', number: 5 },
    files: { in_voltage0_raw: 16_000, in_voltage0_scale: '0.125' },
  });
  kernel.iio({
    ...{ name: 'dht11@4', number: 6, parent: '/sys/devices/platform/dht11@4' },
    files: { in_temp_input: 17_300, in_humidityrelative_input: 61_200 },
  });
  kernel.file('/run/co2/ppm', 612);
  return kernel;
}

it('every configuration on the page about sensors is accepted', (t) => {
  assert.equal(blocks('yaml').length, 2);
  for (const text of blocks('yaml')) assert.deepEqual(faultsIn(t, text), []);
});

it('every sensor on the page about sensors gives a good value where it is connected', async (t) => {
  const { root } = everythingConnected(t);
  let read = 0;
  for (const text of blocks('yaml')) {
    const { sensors: entries } = load(t, text) as { sensors: SensorConfig[] };
    assert.equal(entries.length, parse(text).sensors.length);
    // The two blocks describe one thermometer by two names; each block is a configuration of its own.
    for (const sensor of await sensorsOf(entries, { root, driver: realDriver() })) {
      const judged = new Plausibility(sensor).judge({ value: await sensor.read(), monotonic: 0 });
      assert.deepEqual([sensor.id, judged.quality], [sensor.id, 'good']);
      read += 1;
    }
  }
  assert.ok(read >= 14, `${read} sensors were read`);
});

it('a line with a name that the kernel does not use would be noticed', async (t) => {
  const { root } = everythingConnected(t);
  const entry = { id: 'a', kind: 'iio', name: 'ads1115', channel: 'voltage0', scale: 1, offset: 0 } as const;
  const [sensor] = await sensorsOf([entry], { root });
  await assert.rejects(sensor?.read() ?? Promise.resolve(), /No iio device ads1115; found: .*ads1015 \(1-004a\)/);
});

it('the page about sensors has every quality and every member of a sensor', () => {
  const { enum: qualities } = QualitySchema as unknown as { enum: string[] };
  for (const quality of qualities) assert.ok(page.includes(`| \`${quality}\``), quality);
  const [example = ''] = blocks('json');
  assert.deepEqual(Object.keys(JSON.parse(example)).sort(), Object.keys(SensorSchema.properties).sort());
});
