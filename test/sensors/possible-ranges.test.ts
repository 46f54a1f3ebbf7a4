import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SENSOR_KINDS, type SensorConfig } from '../../schemas/sensor-config.ts';
import { Plausibility } from '../../src/sensors/plausibility.ts';
import { realDriver, sensorOf } from './a-config.ts';
import { FakeKernel } from './a-kernel.ts';

const file = (unit: string, scale = 0.001): SensorConfig => ({
  id: 'a',
  kind: 'sysfs',
  path: '/f',
  unit,
  scale,
  offset: 0,
});
const hwmon = (channel: string): SensorConfig => ({ id: 'a', kind: 'hwmon', name: 'x', channel, scale: 1, offset: 0 });
const iio = (channel: string): SensorConfig => ({ id: 'a', kind: 'iio', name: 'x', channel, scale: 1, offset: 0 });

async function qualityOf(entry: SensorConfig, value: number): Promise<string> {
  return new Plausibility(await sensorOf(entry)).judge({ value, monotonic: 0 }).quality;
}

describe('what no sensor can report', () => {
  it('is out of range: a thermal zone that says -650788984 once', async (t) => {
    const kernel = new FakeKernel(t);
    kernel.thermalZone(0, { type: 'cpu-thermal', temp: -650_788_984 });
    const place = { root: kernel.root, driver: realDriver() };
    const sensor = await sensorOf({ id: 'cpu_temp_c', kind: 'cpu', zone: 0 }, place);
    const judged = new Plausibility(sensor).judge({ value: await sensor.read(), monotonic: 0 });
    assert.deepEqual([judged.value, judged.quality], [-650_789, 'out_of_range']);
  });

  const impossible: [SensorConfig, number][] = [
    [file('°C'), -650_788.984],
    [file('°C'), -273.2],
    [file('K'), -0.1],
    [file('ppm', 1), 4_294_967_295],
    [file('lx', 1), -1],
    [file('pulses', 1), 2 ** 53],
    [hwmon('temp1'), 2_147_483.647],
    [hwmon('humidity1'), -273],
    [hwmon('in0'), -2_147_483.648],
    [hwmon('fan1'), 4_294_967_295],
    [iio('temp'), -274],
    [iio('humidityrelative'), 655.35],
    [iio('pressure'), -1],
    [iio('illuminance'), -1],
    [{ ...iio('voltage0'), unit: '°C', scale: 100 } as SensorConfig, 65_535],
  ];
  for (const [entry, value] of impossible) {
    const of = 'channel' in entry ? `${entry.kind} ${entry.channel}` : 'unit' in entry ? entry.unit : entry.kind;
    it(`is out of range: ${value} of ${of}`, async () => assert.equal(await qualityOf(entry, value), 'out_of_range'));
  }

  it('is not what a sensor at the end of its range reports', async () => {
    const possible: [SensorConfig, number][] = [
      [file('°C'), -40],
      [file('°C'), 1800],
      [file('%'), 104.3],
      [hwmon('humidity1'), 100.6],
      [hwmon('temp1'), -128],
      [iio('illuminance'), 120_000],
      [file('pulses', 1), 4_000_000_000],
      [file('°C'), 0],
    ];
    for (const [entry, value] of possible) assert.equal(await qualityOf(entry, value), 'good', JSON.stringify(entry));
  });

  it('is allowed where somebody says so', async () => {
    assert.equal(await qualityOf({ ...file('°C'), min: -1e6 } as SensorConfig, -650_788.984), 'good');
  });
});

it('every kind of sensor that measures has a range of its own', async () => {
  const measures = SENSOR_KINDS.filter((kind) => kind !== 'gpio' && kind !== 'simulated');
  const settings = { zone: 0, serial: '28-00000a1b2c3d', path: '/f', unit: 'V', name: 'x', scale: 1, offset: 0 };
  const rest = { i2c_bus: 1, address: 0x40, channel: 'temp1', measure: 'temperature' };
  for (const kind of measures) {
    const given = kind === 'ina219' ? { ...rest, measure: 'power' } : rest;
    const { min, max } = await sensorOf({ id: 'a', ...settings, ...given, kind } as unknown as SensorConfig);
    assert.ok(min !== null && max !== null && min < max, kind);
  }
});
