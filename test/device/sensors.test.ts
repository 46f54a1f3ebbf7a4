import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { SensorConfig } from '../../schemas/sensor-config.ts';
import { loadConfigFile } from '../../src/config/load.ts';
import { Plausibility } from '../../src/sensors/plausibility.ts';
import { refusalOf, sensorOf } from '../sensors/a-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { inBench, run, users } from './bench.ts';

const BUS = Number(process.env.I2C_STUB_BUS);
const FIRST = '28-00000a1b2c3d';
const SECOND = '28-00000a1b2c3e';

const onBus = { i2c_bus: BUS };
const ds18b20 = (serial: string) => ({ id: 'air', kind: 'ds18b20', serial }) as const;
const bmp280 = (measure: 'temperature' | 'pressure') =>
  ({ id: 'weather', kind: 'bmp280', ...onBus, address: 0x76, measure }) as const;
const ina219 = (measure: 'voltage' | 'current' | 'power' | 'shunt', shunt = {}) =>
  ({ id: 'supply', kind: 'ina219', ...onBus, address: 0x40, measure, ...shunt }) as const;
const LM75 = { id: 'board', kind: 'lm75', ...onBus, address: 0x48 } as const;
const ADC = { id: 'soil', kind: 'iio', name: 'adc0', channel: 'voltage0', scale: 1, offset: 0 } as const;
const HWMON = { id: 'by-name', kind: 'hwmon', name: 'lm75', channel: 'temp1', scale: 1, offset: 0 } as const;
const CPU = { id: 'cpu_temp_c', kind: 'cpu', zone: 0 } as const;

const real = { root: '/' };

/** Parameters of the simulated 1-wire bus: m°C and presence of both sensors, bad checksums. */
const oneWire = (parameter: 'temp' | 'present' | 'corrupt', value: string) =>
  writeFileSync(`/sys/module/w1_sim/parameters/${parameter}`, value);

/** Sets a register of a chip; the bytes go over the bus low one first. */
const setRegister = (chip: number, register: number, word: number) =>
  execFileSync('i2cset', ['-f', '-y', `${BUS}`, `${chip}`, `${register}`, `${word}`, 'w']);

const eventually = (t: TestContext, assertion: () => Promise<void>) =>
  t.waitFor(assertion, { interval: 500, timeout: 120_000 });

describe('sensors on a real kernel', { ...inBench, timeout: 250_000 }, () => {
  const values: [what: string, entry: SensorConfig, value: number, unit: string][] = [
    ['DS18B20', ds18b20(FIRST), 21.5, '°C'],
    ['DS18B20 below zero', ds18b20(SECOND), -5.125, '°C'],
    // Worked example of the datasheet.
    ['BMP280, temperature', bmp280('temperature'), 25.08, '°C'],
    ['BMP280, pressure', bmp280('pressure'), 1006.53253906, 'hPa'],
    ['LM75', LM75, 23.5, '°C'],
    ['LM75 by its name', HWMON, 23.5, '°C'],
    ['INA219, voltage', ina219('voltage'), 5, 'V'],
    ['INA219, shunt', ina219('shunt'), 0.01, 'V'],
    ['INA219, current through the shunt that the kernel assumes', ina219('current'), 1, 'A'],
    ['INA219, current through another shunt', ina219('current', { shunt_ohm: 0.1 }), 0.1, 'A'],
    ['analog input: (73 + 7) x 0.001333 mV', ADC, 0.00010664, 'V'],
    ['analog input into another unit', { ...ADC, unit: '%', scale: 1e6, offset: -6.64 }, 100, '%'],
    ['thermal zone', CPU, 47.2, '°C'],
  ];
  for (const [what, entry, value, unit] of values) {
    it(`have the right value and unit: ${what}`, async () => {
      const sensor = await sensorOf(entry, real);
      assert.deepEqual([await sensor.read(), sensor.unit, sensor.simulated], [value, unit, false]);
    });
  }

  it('follow their chips', async (t) => {
    const [board, power, cpu] = [
      await sensorOf(LM75, real),
      await sensorOf(ina219('power'), real),
      await sensorOf(CPU, real),
    ];
    t.after(() => setRegister(0x48, 0, 0x8017));
    setRegister(0x48, 0, 0x0019);
    setRegister(0x40, 3, 0xfa00); // 250 x 20 mW
    writeFileSync('/sys/class/thermal/thermal_zone0/emul_temp', '61500');
    assert.deepEqual([await board.read(), await power.read(), await cpu.read()], [25, 5, 61.5]);
    writeFileSync('/sys/class/thermal/thermal_zone0/emul_temp', '47200');
  });

  it('on one bus take turns, also those that are found by name', async () => {
    const entries = [bmp280('pressure'), ina219('voltage'), LM75, HWMON];
    const buses = await Promise.all(entries.map(async (entry) => (await sensorOf(entry, real)).bus));
    assert.deepEqual(
      buses,
      Array.from(entries, () => `i2c-${BUS}`),
    );
  });
});

describe('a DS18B20 on a real kernel', { ...inBench, timeout: 250_000 }, () => {
  it('after power-on says 85 °C, which is not believed, and then what it measures, which is', async (t) => {
    t.after(() => oneWire('temp', '21500,-5125'));
    const sensor = await sensorOf(ds18b20(FIRST), real);
    const plausibility = new Plausibility(sensor);
    oneWire('temp', '85000,-5125');
    assert.equal(plausibility.judge({ value: await sensor.read(), monotonic: 0 }).quality, 'power_on_value');
    oneWire('temp', '22000,-5125');
    assert.equal(plausibility.judge({ value: await sensor.read(), monotonic: 10_000 }).quality, 'good');
  });

  it('with a bad checksum is a failed reading, and not 0 °C', async (t) => {
    t.after(() => oneWire('corrupt', '0'));
    const sensor = await sensorOf(ds18b20(FIRST), real);
    oneWire('corrupt', '1');
    assert.match(await refusalOf(sensor), /is empty: the sensor did not answer$/);
    oneWire('corrupt', '0');
    assert.equal(await sensor.read(), 21.5);
  });

  it('that is unplugged fails, is named as missing once the kernel drops it, and is read when it is back', async (t) => {
    t.after(() => oneWire('present', '1,1'));
    const sensor = await sensorOf(ds18b20(FIRST), real);
    assert.equal(await sensor.read(), 21.5);
    oneWire('present', '0,1');
    assert.match(await refusalOf(sensor), /is empty: the sensor did not answer$/);
    // The kernel does this by itself after ten searches without an answer, one every ten seconds.
    writeFileSync('/sys/bus/w1/devices/w1_bus_master1/w1_master_remove', FIRST);
    assert.equal(await refusalOf(sensor), `No thermometer with serial ${FIRST} on the 1-wire bus; found: ${SECOND}`);
    oneWire('present', '1,1');
    await eventually(t, async () => assert.equal(await sensor.read(), 21.5));
  });
});

describe('a chip on a real kernel', { ...inBench, timeout: 250_000 }, () => {
  it('whose driver lets go of it fails, and is found again under another number', async () => {
    const folder = `/sys/bus/i2c/devices/${BUS}-0076`;
    const sensor = await sensorOf(bmp280('temperature'), real);
    assert.equal(await sensor.read(), 25.08);
    assert.ok(existsSync(`${folder}/iio:device0`));

    writeFileSync('/sys/bus/i2c/drivers/bmp280/unbind', `${BUS}-0076`);
    assert.match(
      await refusalOf(sensor),
      /^The kernel was told of bmp280 at 0x76 on I2C bus \d, but its driver did not/,
    );
    mkdirSync('/sys/kernel/config/iio/devices/dummy/takes-its-number');
    writeFileSync('/sys/bus/i2c/drivers/bmp280/bind', `${BUS}-0076`);
    assert.ok(!existsSync(`${folder}/iio:device0`), 'it has another number now');
    assert.equal(await sensor.read(), 25.08);
  });

  it('that is not there is a failed reading that says what is', async () => {
    const missing = await sensorOf({ ...LM75, address: 0x49 }, real);
    const others = 'ina219 at 0x40, pca9685-pwm at 0x41, lm75 at 0x48, bmp280 at 0x76';
    assert.match(
      await refusalOf(missing),
      new RegExp(`^No lm75 at 0x49 on I2C bus ${BUS}; the kernel knows there: ${others}\\.`),
    );
    const another = await sensorOf({ ...ina219('voltage'), address: 0x48 }, real);
    assert.equal(await refusalOf(another), `The kernel drives lm75 at 0x48 on I2C bus ${BUS}, not ina219`);
  });
});

describe('discover on a real kernel', { ...inBench, timeout: 250_000 }, () => {
  it('needs no rights, and what it prints is a configuration with every sensor of the machine', async (t) => {
    const entry = join(import.meta.dirname, '../../dist/src/discover/discover.js');
    const program = run([entry], users.stranger());
    assert.equal(await program.exited, 0, program.errors());
    const file = join(temporaryFolder(t), 'edge.yaml');
    writeFileSync(file, program.output());
    const ids = loadConfigFile(file).sensors.map(({ id }) => id);
    const expected = [
      'cpu_temp_c',
      'ds18b20_2c3d',
      'ds18b20_2c3e',
      'bmp280_temperature',
      'bmp280_pressure',
      'adc0_voltage0',
    ];
    for (const id of [
      ...expected,
      'lm75_temperature',
      'ina219_voltage',
      'ina219_current',
      'ina219_power',
      'ina219_shunt',
    ]) {
      assert.ok(ids.includes(id), `${id} is in ${program.output()}`);
    }
    assert.match(
      program.output(),
      /^ {2}- \{ id: ds18b20_2c3d, kind: ds18b20, serial: 28-00000a1b2c3d \} # 21\.5 °C$/m,
    );
    assert.match(program.output(), /^# Raspberry Pi 5/);
    assert.match(program.output(), /^# Pins: No permission on \/dev\/gpiochip0/m);
  });
});
