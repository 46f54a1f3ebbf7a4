import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultsIn, load } from './faults.ts';

describe('a wrong sensor', () => {
  const cases: Record<string, [text: string, fault: string]> = {
    'a serial number that YAML takes for a number': [
      'sensors:\n  - { id: a, kind: ds18b20, serial: 000000123456 }\n',
      '2: sensors[0].serial must be text, but is 123456',
    ],
    'a serial number of another family': [
      'sensors: [{ id: a, kind: ds18b20, serial: 01-000802b5c1f3 }]\n',
      '1: sensors[0].serial must be a serial number of a 1-wire thermometer, like 28-00000a1b2c3d, but is "01-000802b5c1f3"',
    ],
    'an address without its 0x': [
      'sensors: [{ id: a, kind: bmp280, measure: pressure, address: 76 }]\n',
      '1: sensors[0].address must be an address from 0x76 to 0x77, as i2cdetect shows it, but is 76',
    ],
    'a quantity that the chip does not have': [
      'sensors: [{ id: a, kind: bmp280, measure: humidity }]\n',
      '1: sensors[0].measure must be one of temperature, pressure, but is "humidity"',
    ],
    'a channel that is a file': [
      'sensors: [{ id: a, kind: hwmon, name: lm75, channel: temp1_input }]\n',
      '1: sensors[0].channel must be a channel like temp1, in0, curr1, power1, energy1, humidity1 or fan1, ' +
        'but is "temp1_input"',
    ],
    'a channel that leads elsewhere': [
      'sensors: [{ id: a, kind: iio, name: adc, channel: ../../name }]\n',
      '1: sensors[0].channel must be a channel like voltage0, temp or humidityrelative, but is "../../name"',
    ],
    'a step of nothing': [
      'sensors: [{ id: a, kind: cpu, max_step_per_s: 0 }]\n',
      '1: sensors[0].max_step_per_s must be more than 0, but is 0',
    ],
  };
  for (const [what, [text, fault]] of Object.entries(cases)) {
    it(`is named by file, line and path with what was expected: ${what}`, (t) => {
      assert.deepEqual(faultsIn(t, text), [`edge.yaml:${fault}`]);
    });
  }
});

it('a limit that leaves no room within the range of the datasheet is refused', (t) => {
  const chip = (limit: string) => `sensors: [{ id: a, kind: lm75, ${limit} }]\n`;
  assert.deepEqual(faultsIn(t, chip('min: 125')), [
    'edge.yaml:1: sensors[0].min must be less than max, which is 125, but is 125',
  ]);
  assert.deepEqual(faultsIn(t, chip('max: -60')), [
    'edge.yaml:1: sensors[0].max must be more than min, which is -55, but is -60',
  ]);
  assert.deepEqual(faultsIn(t, chip('min: 130, max: 150')), []);
});

it('a sensor that is named by its device has the defaults of that device', (t) => {
  const { sensors } = load(
    t,
    `sensors:
  - { id: a, kind: ds18b20, serial: 28-00000a1b2c3d }
  - { id: b, kind: bmp280, measure: pressure }
  - { id: c, kind: bme280, measure: humidity, address: 0x77, i2c_bus: 3 }
  - { id: d, kind: lm75 }
  - { id: e, kind: ina219, measure: shunt }
  - { id: f, kind: hwmon, name: sht3x, channel: humidity1 }
  - { id: g, kind: iio, name: ads1115, channel: voltage0, device: 1-0048 }
`,
  );
  assert.deepEqual(sensors, [
    { id: 'a', kind: 'ds18b20', serial: '28-00000a1b2c3d' },
    { id: 'b', kind: 'bmp280', i2c_bus: 1, address: 0x76, measure: 'pressure' },
    { id: 'c', kind: 'bme280', i2c_bus: 3, address: 0x77, measure: 'humidity' },
    { id: 'd', kind: 'lm75', i2c_bus: 1, address: 0x48 },
    { id: 'e', kind: 'ina219', i2c_bus: 1, address: 0x40, measure: 'shunt' },
    { id: 'f', kind: 'hwmon', name: 'sht3x', channel: 'humidity1', scale: 1, offset: 0 },
    { id: 'g', kind: 'iio', name: 'ads1115', channel: 'voltage0', device: '1-0048', scale: 1, offset: 0 },
  ]);
});
