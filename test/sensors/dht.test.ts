import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { DhtConfig } from '../../schemas/chip-config.ts';
import { staleAfterS } from '../../schemas/stale-after.ts';
import { LatestReadings } from '../../src/collector/latest.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seeded } from '../uplink/seeded.ts';
import { refusalOf, sensorOf } from './a-config.ts';
import { FakeKernel } from './a-kernel.ts';

const FILES = { in_temp_input: 21_300, in_humidityrelative_input: 48_700 };

const dht = (measure: DhtConfig['measure'], pin?: number): DhtConfig => ({
  id: 'air',
  kind: 'dht22',
  measure,
  ...(pin !== undefined && { pin }),
});

/** As the overlay makes it: named for its pin in hexadecimal, and with the pin in its device tree. */
function plugIn(kernel: FakeKernel, pin: number, { number = 0, files = FILES, inTree = true } = {}): void {
  const parent = `/sys/devices/platform/dht11@${pin.toString(16)}`;
  kernel.iio({ name: `dht11@${pin.toString(16)}`, number, files, parent });
  if (!inTree) return;
  mkdirSync(join(kernel.root, parent, 'of_node'), { recursive: true });
  writeFileSync(join(kernel.root, parent, 'of_node/gpios'), Buffer.from([0, 0, 0, 7, 0, 0, 0, pin, 0, 0, 0, 0]));
}

const plugged = (t: TestContext, pin = 4) => {
  const kernel = new FakeKernel(t);
  plugIn(kernel, pin);
  return kernel;
};

/** Reads while the clock runs as far as its pauses need it. */
async function read<T>(clock: FakeClock, begin: () => Promise<T>): Promise<T> {
  let ended = false;
  const reading = begin().finally(() => {
    ended = true;
  });
  reading.catch(() => {});
  while (!ended) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(50);
  }
  return reading;
}

describe('a DHT', () => {
  it('gives °C and % of the driver that is called dht11 for both', async (t) => {
    const { root } = plugged(t);
    const [temperature, humidity] = [
      await sensorOf(dht('temperature'), { root }),
      await sensorOf({ ...dht('humidity'), kind: 'dht11' }, { root }),
    ];
    assert.deepEqual(
      [await temperature.read(), temperature.unit, temperature.min, temperature.max],
      [21.3, '°C', -40, 80],
    );
    assert.deepEqual([await humidity.read(), humidity.unit, humidity.min, humidity.max], [48.7, '%', 0, 100]);
    assert.equal(temperature.bus, humidity.bus, 'one wire serves one read at a time');
  });

  it('that misses frames is read again in the same round, five times at most', async (t) => {
    const { root } = plugged(t);
    const file = join(root, '/sys/devices/platform/dht11@4/iio:device0/in_temp_input');
    let pauses = 0;
    const clock = new FakeClock();
    const after = clock.after.bind(clock);
    clock.after = (delayMs, run) => {
      pauses -= 1;
      if (pauses === 0) writeFileSync(file, '21300\n');
      return after(delayMs, run);
    };
    const sensor = await sensorOf(dht('temperature'), { root, clock });
    for (const missed of [1, 2, 3, 4]) {
      writeFileSync(file, '');
      pauses = missed;
      assert.equal(await read(clock, () => sensor.read()), 21.3, `${missed} missed`);
    }
    writeFileSync(file, '');
    pauses = 5;
    assert.match(await read(clock, () => refusalOf(sensor)), /did not answer \(5 tries\)$/);
  });

  it('of which six frames in ten are missed does not flap between stale and good', async (t) => {
    const { root } = plugged(t);
    const clock = new FakeClock();
    const file = join(root, '/sys/devices/platform/dht11@4/iio:device0/in_temp_input');
    const random = seeded(7);
    const frame = () => writeFileSync(file, random() < 0.6 ? '' : '21300\n');
    const after = clock.after.bind(clock);
    clock.after = (delayMs, run) => {
      frame();
      return after(delayMs, run);
    };
    const sensor = await sensorOf({ ...dht('temperature') }, { root, clock });
    const latest = new LatestReadings([sensor], clock);
    const missing = [];
    for (let round = 0; round < 200; round += 1) {
      frame();
      const value = await read(clock, () => sensor.read()).catch(() => null);
      const quality = value === null ? 'failed' : 'good';
      latest.take({
        ...{ sensor: 'air', at: clock.now(), monotonic: clock.monotonic() },
        ...{ value, quality, reason: null, simulated: false },
      });
      if (value === null) missing.push(round);
      await clock.advance(1000);
      assert.deepEqual(latest.stale(), [], `stale after ${missing}`);
    }
    assert.ok(missing.length > 0 && missing.length < 40, `${missing.length} of 200 rounds missed`);
  });

  it('is found by its pin where there are several', async (t) => {
    const kernel = plugged(t, 4);
    plugIn(kernel, 17, { number: 1, files: { ...FILES, in_temp_input: 5_000 } });
    plugIn(kernel, 22, { number: 2, files: { ...FILES, in_temp_input: 9_000 }, inTree: false });
    const clock = new FakeClock();
    const of = (pin?: number) => sensorOf(dht('temperature', pin), { root: kernel.root, clock });
    assert.deepEqual([await (await of(17)).read(), await (await of(22)).read()], [5, 9]);
    const several = await of();
    assert.match(
      await read(clock, () => refusalOf(several)),
      /several DHT sensors: add pin, one of GPIO 4, GPIO 17, GPIO 22/,
    );
    const wrong = await of(5);
    assert.match(
      await read(clock, () => refusalOf(wrong)),
      /No DHT11 or DHT22 on GPIO 5: found on GPIO 4, GPIO 17, GPIO 22/,
    );
  });

  it('that is not there says which line enables it', async (t) => {
    const clock = new FakeClock();
    const sensor = await sensorOf(dht('temperature', 17), { root: new FakeKernel(t).root, clock });
    assert.match(await read(clock, () => refusalOf(sensor)), /is dtoverlay=dht11,gpiopin=17 in .*config\.txt set\?/);
  });

  it('is stale after a minute at the earliest, unless configured', () => {
    assert.equal(staleAfterS(dht('temperature'), 1), 60);
    assert.equal(staleAfterS(dht('temperature'), 30), 90);
    assert.equal(staleAfterS({ ...dht('temperature'), stale_after_s: 5 }, 1), 5);
    assert.equal(staleAfterS({ id: 'cpu', kind: 'cpu', zone: 0 }, 1), 3);
  });
});
