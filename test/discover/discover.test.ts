import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { configurationText } from '../../src/discover/configuration-text.ts';
import { lookAround } from '../../src/discover/surroundings.ts';
import { ADC, BMP280, type FakeKernel, INA219 } from '../sensors/a-kernel.ts';
import { aPi, discover, load } from './a-machine.ts';

function aGreenhouse(t: TestContext): FakeKernel {
  const kernel = aPi(t);
  kernel.thermalZone(0, { type: 'cpu-thermal', temp: 47_236, hwmon: 0 });
  kernel.oneWire({ '28-00000a1b2c3d': 21_500, '28-00000a1b2c3e': '', '10-000802b5c1f3': 4_500 });
  kernel.hwmon({
    ...{ name: 'w1_slave_temp', number: 1, files: { temp1_input: 21_500 } },
    parent: '/sys/devices/w1_bus_master1/28-00000a1b2c3d/hwmon',
  });
  kernel.iioOnI2c({
    address: '0x77',
    name: 'bme280',
    number: 0,
    files: { ...BMP280, in_humidityrelative_input: 45_678 },
  });
  kernel.hwmonOnI2c({ address: '0x48', name: 'lm75', number: 3, files: { temp1_input: 23_500, temp1_max: 80_000 } });
  kernel.hwmonOnI2c({ address: '0x40', name: 'ina219', number: 4, files: INA219 });
  kernel.hwmonOnI2c({
    address: '0x44',
    name: 'sht3x',
    number: 6,
    files: { temp1_input: 20_000, humidity1_input: 51_000 },
  });
  kernel.hwmonOnI2c({
    address: '0x45',
    name: 'sht3x',
    number: 5,
    files: { temp1_input: 19_000, humidity1_input: 52_000 },
  });
  kernel.iio({ name: 'adc0', number: 1, files: ADC });
  return kernel;
}

const GREENHOUSE = `# Raspberry Pi 4 Model B Rev 1.4
# Pins: there is no header of a Raspberry Pi; the server would simulate one.

# Paste what you need into the configuration file, and choose ids: they are the names in the API.

sensors:
  - { id: cpu_temp_c, kind: cpu } # 47.2 °C
  - { id: w1_c1f3, kind: ds18b20, serial: 10-000802b5c1f3 } # 4.5 °C
  - { id: ds18b20_2c3d, kind: ds18b20, serial: 28-00000a1b2c3d } # 21.5 °C
  - { id: ds18b20_2c3e, kind: ds18b20, serial: 28-00000a1b2c3e } # no value: /sys/bus/w1/devices/28-00000a1b2c3e/temperature is empty: the sensor did not answer
  - { id: bme280_temperature, kind: bme280, address: 0x77, measure: temperature } # 25.08 °C
  - { id: bme280_pressure, kind: bme280, address: 0x77, measure: pressure } # 1006.53253906 hPa
  - { id: bme280_humidity, kind: bme280, address: 0x77, measure: humidity } # 45.678 %
  - { id: adc0_accel_x, kind: iio, name: adc0, channel: accel_x } # 34 m/s²
  - { id: adc0_activity_walking, kind: iio, name: adc0, channel: activity_walking } # 4
  - { id: adc0_voltage0, kind: iio, name: adc0, channel: voltage0 } # 0.00010664 V
  - { id: adc0_voltage1_voltage2, kind: iio, name: adc0, channel: voltage1-voltage2 } # 4.4352e-8 V
  - { id: lm75_temperature, kind: lm75, address: 0x48 } # 23.5 °C
  - { id: ina219_voltage, kind: ina219, address: 0x40, measure: voltage } # 5 V
  - { id: ina219_current, kind: ina219, address: 0x40, measure: current } # 1 A
  - { id: ina219_power, kind: ina219, address: 0x40, measure: power } # 5 W
  - { id: ina219_shunt, kind: ina219, address: 0x40, measure: shunt } # 0.01 V
  - { id: sht3x_humidity1, kind: hwmon, name: sht3x, device: 1-0045, channel: humidity1 } # 52 %
  - { id: sht3x_temp1, kind: hwmon, name: sht3x, device: 1-0045, channel: temp1 } # 19 °C
  - { id: sht3x_humidity1_2, kind: hwmon, name: sht3x, device: 1-0044, channel: humidity1 } # 51 %
  - { id: sht3x_temp1_2, kind: hwmon, name: sht3x, device: 1-0044, channel: temp1 } # 20 °C

# ina219: the kernel takes the shunt for 0.01 Ω unless told; where the board has 0.1 Ω, add shunt_ohm: 0.1 to current and power.
`;

describe('discover', () => {
  it('prints everything that the machine can measure, once, with what it says now', async (t) => {
    const kernel = aGreenhouse(t);
    assert.equal((await discover(kernel)).replaceAll(kernel.root, ''), GREENHOUSE);
  });

  it('prints a configuration that is accepted and means what was found', async (t) => {
    const kernel = aGreenhouse(t);
    const surroundings = await lookAround(kernel.root);
    const { sensors } = load(t, configurationText(surroundings));
    assert.deepEqual(
      sensors,
      surroundings.sensors.map(({ entry }) => entry),
    );
    assert.equal(sensors.length, 20);
  });

  it('prints a configuration that is accepted whatever devices and channels are called', async (t) => {
    const weird = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.constantFrom(
        '',
        'null',
        '~',
        '12',
        '1e3',
        'yes',
        'a: b',
        '- x',
        '#',
        '"',
        "'",
        '\u0000',
        'ff100000.adc',
        '0x76',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(weird, fc.constantFrom('voltage0', 'temp', 'velocity_sqrt(x^2+y^2)')), { maxLength: 5 }),
        async (devices) => {
          const kernel = aPi(t);
          for (const [number, [name, channel]] of devices.entries()) {
            kernel.iio({ name, number, files: { [`in_${channel}_input`]: number } });
            kernel.hwmon({ name, number, files: { temp1_input: number, in0_input: 'rubbish # 5\n\nsensors: 5' } });
          }
          const surroundings = await lookAround(kernel.root);
          const { sensors } = load(t, configurationText(surroundings));
          if (surroundings.sensors.length > 0)
            assert.deepEqual(
              sensors,
              surroundings.sensors.map(({ entry }) => entry),
            );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('prints a message that is no single line as one comment', (t) => {
    const entry = { id: 'a', kind: 'cpu', zone: 0 } as const;
    const text = configurationText({
      machine: ['a\nb'],
      sensors: [{ entry, now: 'odd\nhttp: { port: 1 }' }],
      hints: ['c\n\nd: e'],
    });
    assert.deepEqual(load(t, text).sensors, [entry]);
    assert.match(text, /# a b\n[\s\S]* # odd http: \{ port: 1 \}\n[\s\S]*# c d: e\n/);
  });

  it('prints no more sensors than a configuration holds, and says so', async (t) => {
    const kernel = aPi(t);
    const inputs = Array.from({ length: 103 }, (_, number) => [`in${number}_input`, 1]);
    kernel.hwmon({ name: 'many', number: 0, files: Object.fromEntries(inputs) });
    const text = await discover(kernel);
    assert.match(text, /^# 3 more sensors were found; a configuration holds 100\.$/m);
    assert.equal(load(t, text).sensors.length, 100);
  });
});

it('npm run discover prints what is accepted on this machine too, and fails nowhere', (t) => {
  const entry = join(import.meta.dirname, '../../src/discover/discover.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  load(t, stdout);
});

describe('a DHT that discover finds', () => {
  const aDht = (kernel: FakeKernel, pin: number, humidity: number) => {
    const parent = `/sys/devices/platform/dht11@${pin.toString(16)}`;
    const files = { in_temp_input: 21_300, in_humidityrelative_input: humidity };
    kernel.iio({ name: `dht11@${pin.toString(16)}`, number: pin, files, parent });
    kernel.hwmon({ name: `iio_hwmon@${pin.toString(16)}`, number: pin, files: { temp1_input: 21_300 } });
  };

  it('is one entry for each quantity, told apart by its decimals, and not once more as hardware monitoring', async (t) => {
    const kernel = aPi(t);
    aDht(kernel, 4, 48_700);
    const lines = (await discover(kernel)).split('\n').filter((line) => line.includes('kind'));
    assert.deepEqual(lines, [
      '  - { id: dht22_temperature, kind: dht22, measure: temperature } # 21.3 °C',
      '  - { id: dht22_humidity, kind: dht22, measure: humidity } # 48.7 %',
    ]);
  });

  it('has its pin where there are several', async (t) => {
    const kernel = aPi(t);
    aDht(kernel, 4, 48_700);
    aDht(kernel, 17, 49_000);
    const text = await discover(kernel);
    assert.match(text, /kind: dht22, pin: 4, measure: humidity \} # 48\.7 %/);
    assert.match(text, /kind: dht11, pin: 17, measure: humidity \} # 49 %/);
    assert.equal(load(t, text).sensors.length, 4);
  });
});
