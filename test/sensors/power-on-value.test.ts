import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import { Plausibility } from '../../src/sensors/plausibility.ts';
import { sensorOf } from './a-config.ts';
import { FakeKernel } from './a-kernel.ts';

const SERIAL = '000802b5c1f3';

const sysfs = (path: string, conversion = { scale: 0.001, offset: 0 }): SensorConfig => ({
  id: 'air',
  kind: 'sysfs',
  path,
  unit: '°C',
  ...conversion,
});

const hwmon = (name: string): SensorConfig => ({
  id: 'air',
  kind: 'hwmon',
  name,
  channel: 'temp1',
  scale: 1,
  offset: 0,
});

/** What is thought of 85 °C as the first value of a sensor. */
async function judgedAtFirst(entry: SensorConfig, value = 85): Promise<string> {
  return new Plausibility(await sensorOf(entry)).judge({ value, monotonic: 0 }).quality;
}

describe('85 °C as the first value', () => {
  for (const family of ['10', '22', '28', '3b', '42']) {
    const id = `${family}-${SERIAL}`;
    const reached: Record<string, SensorConfig> = {
      'its serial number': { id: 'air', kind: 'ds18b20', serial: id },
      'the file on the bus': sysfs(`/sys/bus/w1/devices/${id}/temperature`),
      'the file below its master': sysfs(`/sys/devices/w1_bus_master2/${id}/temperature`),
      'hardware monitoring': sysfs(`/sys/bus/w1/devices/${id}/hwmon/hwmon3/temp1_input`),
    };
    for (const [way, entry] of Object.entries(reached)) {
      it(`is not believed of a thermometer of family ${family} by ${way}`, async () => {
        assert.equal(await judgedAtFirst(entry), 'power_on_value');
        assert.equal(await judgedAtFirst(entry, 84.9), 'good');
      });
    }
  }

  it('is not believed in another unit either', async () => {
    const fahrenheit = sysfs(`/sys/bus/w1/devices/28-${SERIAL}/temperature`, { scale: 0.0018, offset: 32 });
    assert.equal(await judgedAtFirst(fahrenheit, 185), 'power_on_value');
    assert.equal(await judgedAtFirst(hwmon('w1_slave_temp')), 'power_on_value');
  });

  it('is believed of everything else', async () => {
    for (const entry of [hwmon('lm75'), sysfs('/sys/class/hwmon/hwmon0/temp1_input'), sysfs('/run/28-x/temperature')])
      assert.equal(await judgedAtFirst(entry), 'good');
  });
});

it('a thermometer of another family is read by its serial number', async (t) => {
  const kernel = new FakeKernel(t);
  kernel.oneWire({ [`10-${SERIAL}`]: 4_500, [`3b-${SERIAL}`]: 900_000 });
  const place = { root: kernel.root };
  const [cold, hot] = [
    await sensorOf({ id: 'air', kind: 'ds18b20', serial: `10-${SERIAL}` }, place),
    await sensorOf({ id: 'oven', kind: 'ds18b20', serial: `3b-${SERIAL}` }, place),
  ];
  assert.deepEqual([await cold.read(), cold.max], [4.5, 125]);
  assert.deepEqual([await hot.read(), hot.max], [900, 1800]);
});
