import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { HwmonSensorConfig, IioSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import { refusalOf, sensorOf, sensorsOf } from './a-config.ts';
import { ADC, BMP280, FakeKernel, INA219 } from './a-kernel.ts';

const iio = (changes: Partial<IioSensorConfig>): IioSensorConfig => ({
  ...{ id: 'a', kind: 'iio', name: 'adc0', channel: 'voltage0', scale: 1, offset: 0 },
  ...changes,
});
const hwmon = (changes: Partial<HwmonSensorConfig>): HwmonSensorConfig => ({
  ...{ id: 'a', kind: 'hwmon', name: 'ina219', channel: 'in1', scale: 1, offset: 0 },
  ...changes,
});

function aKernel(t: TestContext): FakeKernel {
  const kernel = new FakeKernel(t);
  kernel.iioOnI2c({ address: '0x76', name: 'bmp280', number: 0, files: BMP280 });
  kernel.iio({ name: 'adc0', number: 1, files: ADC });
  kernel.hwmonOnI2c({ address: '0x40', name: 'ina219', number: 4, files: INA219 });
  return kernel;
}

describe('a channel of industrial I/O', () => {
  const cases: [channel: string, files: Record<string, string | number>, value: number, unit: string | null][] = [
    ['voltage0', ADC, 0.00010664, 'V'],
    ['voltage1-voltage2', ADC, 4.4352e-8, 'V'],
    ['accel_x', ADC, 34, 'm/s²'],
    ['activity_walking', ADC, 4, null],
    ['temp', BMP280, 25.08, '°C'],
    ['pressure', BMP280, 1006.53253906, 'hPa'],
    ['voltage3', { in_voltage3_raw: 2000, in_voltage_scale: '0.125' }, 0.25, 'V'],
    ['voltage3', { in_voltage3_raw: 2000, in_voltage_scale: 9, in_voltage3_scale: '0.125' }, 0.25, 'V'],
    ['temp', { in_temp_raw: 3000, in_temp_offset: '-500', in_temp_scale: 10 }, 25, '°C'],
    ['temp_ambient', { in_temp_ambient_raw: 14_600, in_temp_scale: 20, in_temp_offset: '-13657' }, 18.86, '°C'],
    ['humidityrelative', { in_humidityrelative_raw: 30_000, in_humidityrelative_scale: '1.5' }, 45, '%'],
    ['illuminance', { in_illuminance_raw: 100, in_illuminance_scale: '0.8333' }, 83.33, 'lx'],
    ['concentration_co2', { in_concentration_co2_raw: 412, in_concentration_co2_scale: '0.0001' }, 412, 'ppm'],
    ['massconcentration_pm2p5', { in_massconcentration_pm2p5_input: '7.25' }, 7.25, 'µg/m³'],
    ['current1', { in_current1_raw: 1500, scale: 1 }, 1.5, 'A'],
    ['proximity', { in_proximity_raw: 700 }, 700, null],
  ];
  for (const [channel, files, value, unit] of cases) {
    it(`is (raw + offset) x scale or what the driver made of it: ${channel} is ${value} ${unit ?? ''}`, async (t) => {
      const kernel = new FakeKernel(t);
      kernel.iio({ name: 'adc0', number: 7, files });
      const sensor = await sensorOf(iio({ channel }), { root: kernel.root });
      assert.deepEqual([await sensor.read(), sensor.unit], [value, unit]);
    });
  }

  it('is found by the label that the device tree gives it', async (t) => {
    const kernel = aKernel(t);
    kernel.iio({ name: 'ads1115', number: 2, files: { label: 'soil', in_voltage0_raw: 1000, in_voltage0_scale: 1 } });
    kernel.iio({ name: 'ads1115', number: 3, files: { label: 'tank', in_voltage0_raw: 2000, in_voltage0_scale: 1 } });
    const sensor = await sensorOf(iio({ name: 'tank' }), { root: kernel.root });
    assert.equal(await sensor.read(), 2);
    kernel.file('/sys/devices/iio:device3/label', 'soil');
    kernel.file('/sys/devices/iio:device2/label', 'tank');
    assert.equal(await sensor.read(), 1, 'the labels changed places');
  });
});

describe('a channel of hardware monitoring', () => {
  for (const [channel, number, value, unit] of [
    ['in1', 5000, 5, 'V'],
    ['temp1', -5125, -5.125, '°C'],
    ['curr1', 1250, 1.25, 'A'],
    ['power1', 1_234_567, 1.234567, 'W'],
    ['energy1', 3_600_000, 3.6, 'J'],
    ['humidity1', 45_678, 45.678, '%'],
    ['fan1', 3210, 3210, 'rpm'],
  ] as const) {
    it(`has its unit and scale: ${channel} of ${number} is ${value} ${unit}`, async (t) => {
      const kernel = new FakeKernel(t);
      kernel.hwmon({ name: 'ina219', number: 0, files: { [`${channel}_input`]: number } });
      const sensor = await sensorOf(hwmon({ channel }), { root: kernel.root });
      assert.deepEqual([await sensor.read(), sensor.unit], [value, unit]);
    });
  }

  it('that reports a fault is a failed reading, whatever number it shows', async (t) => {
    const kernel = new FakeKernel(t);
    kernel.hwmon({ name: 'max31865', number: 0, files: { temp1_input: 850_000, temp1_fault: 1 } });
    const sensor = await sensorOf(hwmon({ name: 'max31865', channel: 'temp1' }), { root: kernel.root });
    assert.equal(await refusalOf(sensor), 'max31865 says that temp1 has a fault: check what is connected to it');
    kernel.file('/sys/devices/virtual/hwmon0/temp1_fault', 0);
    assert.equal(await sensor.read(), 850);
  });
});

describe('a channel', () => {
  it('is converted into another unit, from its own one', async (t) => {
    const moisture = hwmon({ unit: '%', scale: -25, offset: 150 });
    const sensor = await sensorOf(moisture, { root: aKernel(t).root });
    assert.deepEqual([await sensor.read(), sensor.unit], [25, '%']);
    const doubled = await sensorOf(hwmon({ scale: 2 }), { root: aKernel(t).root });
    assert.deepEqual([await doubled.read(), doubled.unit], [10, 'V']);
  });

  it('says what it is, and is on the bus of its device where that is there', async (t) => {
    const kernel = aKernel(t);
    const [adc, other, monitor, missing] = await sensorsOf(
      [
        iio({}),
        iio({ id: 'b', channel: 'accel_x' }),
        hwmon({ id: 'c', device: '1-0040' }),
        hwmon({ id: 'd', name: 'sht3x', channel: 'temp1' }),
      ],
      { root: kernel.root },
    );
    assert.equal(adc?.source, 'iio device adc0, channel voltage0');
    assert.equal(monitor?.source, 'hwmon device ina219 on 1-0040, channel in1');
    assert.equal(adc?.bus, other?.bus, 'two channels of one device');
    assert.deepEqual([monitor?.bus, missing?.bus], ['i2c-1', 'hwmon sht3x']);
  });

  it('of a thermometer on the 1-wire waits for that bus', async (t) => {
    const kernel = new FakeKernel(t);
    const parent = '/sys/devices/w1_bus_master1/28-00000a1b2c3d/hwmon';
    kernel.hwmon({ name: 'w1_slave_temp', number: 1, files: { temp1_input: 21_500 }, parent });
    const sensor = await sensorOf(hwmon({ name: 'w1_slave_temp', channel: 'temp1' }), { root: kernel.root });
    assert.deepEqual([sensor.bus, await sensor.read()], ['w1', 21.5]);
  });

  it('is found again when all numbers have changed', async (t) => {
    const kernel = aKernel(t);
    const sensor = await sensorOf(hwmon({}), { root: kernel.root });
    assert.equal(await sensor.read(), 5);
    kernel.remove('/sys/class/hwmon/hwmon4');
    kernel.remove('/sys/devices/platform/soc/fe804000.i2c/i2c-1/1-0040/hwmon');
    kernel.hwmon({ name: 'nvme', number: 4, files: { in1_input: 1 } });
    assert.equal(await refusalOf(sensor), 'No hwmon device ina219; found: nvme (virtual)');
    kernel.hwmonOnI2c({ address: '0x40', name: 'ina219', number: 11, files: { ...INA219, in1_input: 6000 } });
    assert.equal(await sensor.read(), 6);
  });
});

describe('a channel that cannot be had says why', () => {
  const cases: Record<string, [entry: IioSensorConfig | HwmonSensorConfig, message: string]> = {
    'no device of the name': [
      iio({ name: 'mcp3008' }),
      'No iio device mcp3008; found: bmp280 (1-0076), adc0 (devices)',
    ],
    'none of the name there': [
      hwmon({ device: '1-0041' }),
      'No hwmon device ina219 on 1-0041; found: ina219 (1-0040), lm75 (1-0048), lm75 (1-0049)',
    ],
    'several of the name': [
      hwmon({ name: 'lm75', channel: 'temp1' }),
      'There are several hwmon devices lm75: add which one is meant, device: 1-0048, 1-0049',
    ],
    'no such channel': [
      iio({ channel: 'voltage9' }),
      'adc0 has no channel voltage9; its channels: accel_x, activity_walking, voltage0, voltage1-voltage2',
    ],
    'no channel of this kind': [
      hwmon({ channel: 'temp1' }),
      'ina219 has no channel temp1; its channels: curr1, in0, in1, power1',
    ],
  };
  for (const [what, [entry, message]] of Object.entries(cases)) {
    it(what, async (t) => {
      const kernel = aKernel(t);
      kernel.hwmonOnI2c({ address: '0x48', name: 'lm75', number: 7, files: { temp1_input: 1 } });
      kernel.hwmonOnI2c({ address: '0x49', name: 'lm75', number: 8, files: { temp1_input: 2 } });
      assert.equal(await refusalOf(await sensorOf(entry, { root: kernel.root })), message);
    });
  }

  it('none at all', async (t) => {
    const sensor = await sensorOf(iio({}), { root: new FakeKernel(t).root });
    assert.equal(await refusalOf(sensor), 'No iio device adc0; found: none at all');
  });
});
