import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SysfsSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import { openSimulated } from '../../src/hardware/simulated.ts';
import { SensorError } from '../../src/sensors/sensor.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { kernelFile, realDriver, sensorOf, sensorsOf } from './a-config.ts';

const ZONE = '/sys/class/thermal/thermal_zone0/temp';
const CPU = { id: 'cpu_temp_c', kind: 'cpu', zone: 0 } as const;
const BUTTON = { id: 'button', kind: 'gpio', pin: 27, pull: 'up', active: 'low', debounce_ms: 20 } as const;

const aFile = (changes: Partial<SysfsSensorConfig> = {}): SysfsSensorConfig => ({
  id: 'air',
  kind: 'sysfs',
  path: '/air',
  unit: '°C',
  scale: 1,
  offset: 0,
  ...changes,
});

describe('every sensor', () => {
  it('has the limits that are configured, else those of its unit, and is stale after three intervals', async () => {
    const [bare, full, button] = await sensorsOf([
      aFile(),
      aFile({ id: 'soil', min: -40, max: 80, stale_after_s: 5 }),
      BUTTON,
    ]);
    assert.deepEqual([bare?.min, bare?.max, bare?.staleAfterS], [-273.15, 2320, 30]);
    assert.deepEqual([full?.min, full?.max, full?.staleAfterS], [-40, 80, 5]);
    assert.deepEqual([button?.min, button?.max, button?.unit], [null, null, null]);
  });
});

describe('the temperature of the processor', () => {
  for (const [text, value] of [
    ['47236\n', 47.2],
    ['47250\n', 47.3],
    ['-5049\n', -5],
    ['0\n', 0],
  ] as const) {
    it(`is rounded to 0.1 °C: ${text.trim()} is ${value}`, async (t) => {
      const root = temporaryFolder(t);
      kernelFile(root, ZONE, text);
      const sensor = await sensorOf(CPU, { root, driver: realDriver() });
      assert.deepEqual([await sensor.read(), sensor.unit, sensor.simulated], [value, '°C', false]);
    });
  }

  it('is made up only where the pins are simulated and there is no zone', async (t) => {
    const root = temporaryFolder(t);
    const made = await sensorOf(CPU, { root });
    assert.equal(made.simulated, true);
    assert.ok((await made.read()) > 40);

    const missing = await sensorOf(CPU, { root, driver: realDriver() });
    assert.equal(missing.simulated, false);
    await assert.rejects(missing.read(), SensorError);

    kernelFile(root, ZONE, '50000\n');
    const real = await sensorOf(CPU, { root });
    assert.deepEqual([real.simulated, await real.read()], [false, 50]);
    assert.equal((await sensorOf({ ...CPU, zone: 1 }, { root })).simulated, true, 'another zone is another one');
  });
});

describe('a file with a number', () => {
  it('is the number times scale plus offset, without binary noise', async (t) => {
    const root = temporaryFolder(t);
    kernelFile(root, '/air', '25062\n');
    const read = async (changes: Partial<SysfsSensorConfig>) => (await sensorOf(aFile(changes), { root })).read();
    assert.equal(await read({ scale: 0.001 }), 25.062);
    assert.equal(await read({ scale: 0.01, offset: -273.15 }), -22.53);
    assert.equal(await read({ scale: -1, offset: 25062.5 }), 0.5);
    assert.equal(await read({ scale: 0 }), 0);
  });

  it('shares a bus with every other one on the 1-wire, and with nothing else', async () => {
    const buses = await sensorsOf([
      aFile({ id: 'a', path: '/sys/bus/w1/devices/28-1/temperature' }),
      aFile({ id: 'b', path: '/sys/bus/w1/devices/28-2/temperature' }),
      aFile({ id: 'c', path: '/sys/devices/w1_bus_master1/28-3/temperature' }),
      aFile({ id: 'd', path: '/sys/class/hwmon/hwmon0/temp1_input' }),
      aFile({ id: 'e', path: '/sys/class/hwmon/hwmon1/temp1_input' }),
      CPU,
      BUTTON,
    ]);
    const [a, b, c, ...others] = buses.map(({ bus }) => bus);
    assert.equal(b, a);
    assert.equal(c, a);
    assert.equal(new Set([a, ...others]).size, 5);
  });
});

describe('a digital input', () => {
  it('is 1 when active and 0 otherwise, and notices changes by itself once they hold', async () => {
    const clock = new FakeClock();
    const pins = openSimulated(clock);
    const button = await sensorOf(BUTTON, { clock, driver: pins });
    const changes: number[] = [];
    button.onChange?.((value) => changes.push(value));
    assert.deepEqual([await button.read(), button.simulated], [0, true]);

    pins.press(27, 0);
    await clock.advance(19);
    assert.deepEqual([await button.read(), changes], [0, []]);
    await clock.advance(1);
    assert.deepEqual([await button.read(), changes], [1, [1]]);
    pins.press(27, 1);
    await clock.advance(20);
    assert.deepEqual([await button.read(), changes], [0, [1, 0]]);
  });

  it('whose line is gone is a failed reading with the reason', async () => {
    const driver = realDriver();
    const line = {
      pin: 27,
      onEdge: () => {},
      read: () => {
        throw new Error('GPIO 27 is gone');
      },
    };
    const button = await sensorOf(BUTTON, { driver: { ...driver, input: async () => line } });
    assert.equal(button.simulated, false);
    await assert.rejects(button.read(), { name: 'SensorError', message: 'GPIO 27 is gone' });
  });

  it('on a pin that is taken ends the building', async () => {
    await assert.rejects(sensorsOf([BUTTON, { ...BUTTON, id: 'second' }]), { name: 'HardwareError' });
  });
});
