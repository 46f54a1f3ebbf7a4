import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { I2cChipConfig, Ina219Config } from '../../schemas/chip-config.ts';
import { refusalOf, sensorOf, sensorsOf } from './a-config.ts';
import { BMP280, FakeKernel, INA219 } from './a-kernel.ts';

const bmp280 = (measure: 'temperature' | 'pressure') =>
  ({ id: measure, kind: 'bmp280', i2c_bus: 1, address: 0x76, measure }) as const;
const bme280 = (measure: 'temperature' | 'pressure' | 'humidity') =>
  ({ id: measure, kind: 'bme280', i2c_bus: 1, address: 0x76, measure }) as const;
const lm75 = { id: 'board', kind: 'lm75', i2c_bus: 1, address: 0x48 } as const;
const ina219 = (measure: Ina219Config['measure'], shunt_ohm?: number): Ina219Config => ({
  id: measure,
  kind: 'ina219',
  i2c_bus: 1,
  address: 0x40,
  measure,
  ...(shunt_ohm === undefined ? {} : { shunt_ohm }),
});

function aKernel(t: TestContext): FakeKernel {
  const kernel = new FakeKernel(t);
  kernel.iioOnI2c({
    address: '0x76',
    name: 'bme280',
    number: 0,
    files: { ...BMP280, in_humidityrelative_input: 45_678 },
  });
  kernel.hwmonOnI2c({ address: '0x48', name: 'lm75', number: 3, files: { temp1_input: 23_500 } });
  kernel.hwmonOnI2c({ address: '0x40', name: 'ina219', number: 4, files: INA219 });
  return kernel;
}

describe('a chip on I2C', () => {
  const cases: [entry: I2cChipConfig, value: number, unit: string, min: number | null, max: number | null][] = [
    [bmp280('temperature'), 25.08, '°C', -40, 85],
    [bmp280('pressure'), 1006.53253906, 'hPa', 300, 1100],
    [bme280('temperature'), 25.08, '°C', -40, 85],
    [bme280('pressure'), 1006.53253906, 'hPa', 300, 1100],
    [bme280('humidity'), 45.678, '%', 0, 100],
    [lm75, 23.5, '°C', -55, 125],
    [ina219('voltage'), 5, 'V', 0, 26],
    [ina219('shunt'), 0.01, 'V', -0.32, 0.32],
    [ina219('current'), 1, 'A', -1e6, 1e6],
    [ina219('power'), 5, 'W', -1e9, 1e9],
    // The kernel took the shunt for 0.01 Ω, and it has 0.1 Ω.
    [ina219('current', 0.1), 0.1, 'A', -3.2, 3.2],
    [ina219('power', 0.1), 0.5, 'W', 0, 83.2],
    [ina219('voltage', 0.1), 5, 'V', 0, 26],
  ];
  for (const [entry, value, unit, min, max] of cases) {
    const { kind, id } = entry;
    it(`has unit, scale and range of its datasheet: ${kind} ${id} is ${value} ${unit}`, async (t) => {
      const sensor = await sensorOf(entry, { root: aKernel(t).root });
      assert.equal(await sensor.read(), value);
      assert.deepEqual([sensor.unit, sensor.min, sensor.max], [unit, min, max]);
      assert.equal(sensor.powerOnValue, null);
    });
  }

  it('says what and where it is', async () => {
    assert.equal((await sensorOf(bmp280('pressure'))).source, 'bmp280 at 0x76 on I2C bus 1, pressure');
    assert.equal((await sensorOf(lm75)).source, 'lm75 at 0x48 on I2C bus 1, temperature');
  });

  it('may have a range of its own, end by end', async () => {
    const { min, max } = await sensorOf({ ...bmp280('pressure'), min: 900 });
    assert.deepEqual([min, max], [900, 1100]);
  });

  it('shares its bus with every other one there, by whatever name, and with none on another bus', async (t) => {
    const kernel = aKernel(t);
    kernel.hwmonOnI2c({ bus: 3, address: '0x48', name: 'lm75', number: 5, files: { temp1_input: 1 } });
    const named = { kind: 'hwmon', name: 'lm75', channel: 'temp1', scale: 1, offset: 0 } as const;
    const sensors = await sensorsOf(
      [
        ...[bmp280('pressure'), lm75, ina219('current')],
        { ...named, id: 'by-name', device: '1-0048' },
        { id: 'by-path', kind: 'sysfs', path: '/sys/class/hwmon/hwmon3/temp1_input', unit: '°C', scale: 1, offset: 0 },
        { ...lm75, id: 'elsewhere', i2c_bus: 3 },
        { ...named, id: 'elsewhere-by-name', device: '3-0048' },
      ],
      { root: kernel.root },
    );
    assert.deepEqual(
      sensors.map(({ bus }) => bus),
      ['i2c-1', 'i2c-1', 'i2c-1', 'i2c-1', 'i2c-1', 'i2c-3', 'i2c-3'],
    );
  });

  it('that is not there at the start has its bus all the same, and is read once it is there', async (t) => {
    const kernel = new FakeKernel(t);
    const sensor = await sensorOf(lm75, { root: kernel.root });
    assert.equal(sensor.bus, 'i2c-1');
    assert.match(await refusalOf(sensor), /^There is no I2C bus 1/);
    kernel.hwmonOnI2c({ address: '0x48', name: 'lm75', number: 0, files: { temp1_input: 1000 } });
    assert.equal(await sensor.read(), 1);
  });

  it('is found again under another number, and never taken for the one that has its old number', async (t) => {
    const kernel = aKernel(t);
    const sensor = await sensorOf(lm75, { root: kernel.root });
    assert.equal(await sensor.read(), 23.5);
    kernel.remove('/sys/class/hwmon/hwmon3');
    kernel.remove('/sys/devices/platform/soc/fe804000.i2c/i2c-1/1-0048/hwmon');
    assert.match(await refusalOf(sensor), /^The kernel drives lm75 at 0x48 on I2C bus 1, but shows no/);
    kernel.hwmonOnI2c({ address: '0x49', name: 'lm75', number: 3, files: { temp1_input: 99_000 } });
    kernel.hwmonOnI2c({ address: '0x48', name: 'lm75', number: 9, files: { temp1_input: 24_000 } });
    assert.equal(await sensor.read(), 24);
  });

  it('is not read any more when another chip has taken its place, address and number', async (t) => {
    const kernel = aKernel(t);
    const sensor = await sensorOf(lm75, { root: kernel.root });
    await sensor.read();
    kernel.hwmonOnI2c({ address: '0x48', name: 'tmp102', number: 3, files: { temp1_input: 99_000 } });
    assert.equal(await refusalOf(sensor), 'The kernel drives tmp102 at 0x48 on I2C bus 1, not lm75');
  });
});

describe('a chip on I2C that is not there says why', () => {
  const cases: Record<string, [prepare: (kernel: FakeKernel) => void, entry: I2cChipConfig, message: string]> = {
    "without the header's bus": [
      () => {},
      lm75,
      'There is no I2C bus 1: is dtparam=i2c_arm=on in /boot/firmware/config.txt set?',
    ],
    'without another bus': [(kernel) => kernel.i2cBus(1), { ...lm75, i2c_bus: 7 }, 'There is no I2C bus 7'],
    'on a bus of which the kernel was told nothing': [
      (kernel) => kernel.i2cBus(1),
      { ...bmp280('pressure'), address: 0x77 },
      'No bmp280 at 0x77 on I2C bus 1; the kernel knows there: nothing. ' +
        'Is it enabled? dtoverlay=i2c-sensor,bmp280,addr=0x77 in /boot/firmware/config.txt',
    ],
    'beside other chips': [
      (kernel) => kernel.i2cDevice({ address: '0x48', name: 'lm75' }),
      { ...ina219('power'), address: 0x41 },
      'No ina219 at 0x41 on I2C bus 1; the kernel knows there: lm75 at 0x48. ' +
        'Is it enabled? echo ina219 0x41 | sudo tee /sys/bus/i2c/devices/i2c-1/new_device',
    ],
    "on another bus than the header's": [
      (kernel) => kernel.i2cBus(3),
      { ...lm75, i2c_bus: 3 },
      'No lm75 at 0x48 on I2C bus 3; the kernel knows there: nothing. ' +
        'Is it enabled? dtoverlay=i2c-sensor,lm75,addr=0x48,i2c3 in /boot/firmware/config.txt',
    ],
    'where the driver found nothing': [
      (kernel) => kernel.i2cDevice({ address: '0x76', name: 'bmp280' }, false),
      bmp280('temperature'),
      'The kernel was told of bmp280 at 0x76 on I2C bus 1, but its driver did not find one: check wiring and address',
    ],
    'where another chip is': [
      (kernel) => kernel.hwmonOnI2c({ address: '0x40', name: 'ina3221', number: 0, files: INA219 }),
      ina219('voltage'),
      'The kernel drives ina3221 at 0x40 on I2C bus 1, not ina219',
    ],
    'for a BME280 where a BMP280 is': [
      (kernel) => kernel.iioOnI2c({ address: '0x76', name: 'bmp280', number: 0, files: BMP280 }),
      bme280('humidity'),
      'The kernel drives bmp280 at 0x76 on I2C bus 1, not bme280',
    ],
    'where a channel is missing': [
      (kernel) => kernel.iioOnI2c({ address: '0x76', name: 'bme280', number: 0, files: BMP280 }),
      bme280('humidity'),
      'bme280 has no channel humidityrelative; its channels: pressure, temp',
    ],
  };
  for (const [what, [prepare, entry, message]] of Object.entries(cases)) {
    it(what, async (t) => {
      const kernel = new FakeKernel(t);
      prepare(kernel);
      assert.equal(await refusalOf(await sensorOf(entry, { root: kernel.root })), message);
    });
  }
});
