import assert from 'node:assert/strict';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { SysfsSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { refusalOf, sensorOf } from './a-config.ts';

async function aFile(t: TestContext, settings: Partial<SysfsSensorConfig>) {
  const root = temporaryFolder(t);
  const clock = new FakeClock();
  const path = join(root, 'co2');
  const write = (at = clock.now()) => {
    writeFileSync(path, '612\n');
    utimesSync(path, at / 1000, at / 1000);
  };
  write();
  const entry = { id: 'co2', kind: 'sysfs', path: '/co2', unit: 'ppm', scale: 1, offset: 0, ...settings } as const;
  return { clock, write, path, sensor: await sensorOf(entry, { root, clock }) };
}

const HOUR = 3_600_000;

describe('a number file with max_age_s', () => {
  it('is a failed reading once its writer is silent for longer, and good when it writes again', async (t) => {
    const { clock, write, sensor } = await aFile(t, { max_age_s: 60 });
    assert.equal(await sensor.read(), 612);
    await clock.advance(60_000);
    assert.equal(await sensor.read(), 612);
    await clock.advance(1);
    assert.match(await refusalOf(sensor), /co2 was written 60 s ago, and max_age_s is 60: has its writer stopped\?$/);
    await clock.advance(6 * HOUR);
    assert.match(await refusalOf(sensor), /was written 21660 s ago/);
    write();
    assert.equal(await sensor.read(), 612);
  });

  it('is old from the first look where its writer died before the start', async (t) => {
    const { clock, write, sensor } = await aFile(t, { max_age_s: 60 });
    write(clock.now() - 6 * HOUR);
    assert.match(await refusalOf(sensor), /was written 21600 s ago/);
  });

  it('of a device that starts in the past is old all the same, once it was not written for so long', async (t) => {
    const { clock, write, sensor } = await aFile(t, { max_age_s: 60 });
    write(clock.now() + 24 * HOUR);
    assert.equal(await sensor.read(), 612);
    await clock.advance(61_000);
    assert.match(await refusalOf(sensor), /was written 61 s ago/);
  });

  it('that is not there says so', async (t) => {
    const { sensor } = await aFile(t, { max_age_s: 60, path: '/nowhere' });
    assert.match(await refusalOf(sensor), /does not exist/);
  });
});

it('without max_age_s a file may be as old as it likes', async (t) => {
  const { clock, path, sensor } = await aFile(t, {});
  await clock.advance(6 * HOUR);
  assert.equal(await sensor.read(), 612);
  assert.ok(clock.now() - statSync(path).mtimeMs >= 6 * HOUR);
});
