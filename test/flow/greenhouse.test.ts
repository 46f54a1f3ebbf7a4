import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AIR_FILE = 'air';
const VENT = 22;

test('a greenhouse without a network: the vent opens in the heat, closes behind it, and opens when the thermometer dies', async (t) => {
  const clock = new FakeClock();
  const root = temporaryFolder(t);
  const warmTo = (text: string) => writeFileSync(join(root, AIR_FILE), text);
  warmTo('21');
  const vent = (action: 'on' | 'off') => ({ output: 'vent', action });
  const { app, pins } = await buildTestApp(
    t,
    {
      sensors: [
        {
          id: 'air_temp_c',
          kind: 'sysfs',
          path: `/${AIR_FILE}`,
          unit: '°C',
          scale: 1,
          offset: 0,
          max: 80,
          stale_after_s: 30,
        },
      ],
      outputs: [{ id: 'vent', pin: VENT, active: 'high', safe: 'off', override_s: 3600, excludes: [] }],
      rules: [
        {
          ...{ id: 'vent-on-heat', sensor: 'air_temp_c', above: 30, hysteresis: 2, for_s: 0 },
          // biome-ignore lint/suspicious/noThenProperty: the rule's word
          ...{ then: vent('on'), otherwise: vent('off'), when_stale: vent('on') },
        },
      ],
    },
    { clock, root },
  );
  const levels: number[] = [];
  for (const text of ['21', '29.9', '30.5', '29', '28', '85', '27']) {
    warmTo(text);
    await app.collector.tick();
    levels.push(pins.level(VENT));
  }
  assert.deepEqual(levels, [0, 0, 1, 1, 0, 0, 0], 'a reading out of range decides nothing');

  warmTo('');
  await app.collector.tick();
  assert.equal(pins.level(VENT), 0);
  await clock.advance(30_000);
  assert.equal(pins.level(VENT), 1, 'open, since nobody knows');
  const { state, held_by, rule, demand } = (await app.inject('/api/outputs/vent')).json();
  assert.deepEqual([state, held_by, rule, demand], ['on', 'rule', 'vent-on-heat', 'on']);

  await app.close();
  assert.equal(pins.level(VENT), 0, 'safe at the end');
});
