import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Wish } from '../../src/outputs/wish.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { everyRead } from './every-read.ts';
import { type Command, commands } from './made-up-commands.ts';

const BODIES = 20_000;
const SEED = 20261124;
const READ_EVERY = 20;

/** Two thermometers; an LED, a vent, a heater that excludes it, and a lamp that can be dimmed. */
async function aHouse(t: TestContext) {
  const clock = new FakeClock();
  const root = temporaryFolder(t);
  const sensor = { kind: 'sysfs', path: '/air', unit: '°C', scale: 1, offset: 0, max: 80 } as const;
  const output = { active: 'high', safe: 'off', override_s: 3600 } as const;
  const { app } = await buildTestApp(
    t,
    {
      sensors: [
        { ...sensor, id: 'air_temp_c', stale_after_s: 30 },
        { ...sensor, id: 'soil_temp_c', stale_after_s: 3600 },
      ],
      outputs: [
        { ...output, excludes: [], id: 'led', pin: 17 },
        { ...output, excludes: [], id: 'vent', pin: 22 },
        { ...output, id: 'heater', pin: 23, excludes: ['vent'] },
        { ...output, excludes: [], id: 'lamp', pin: 18, pwm: { frequency_hz: 1000 } },
      ],
    },
    { clock, root },
  );
  const read = async (celsius: number) => {
    writeFileSync(join(root, 'air'), String(celsius));
    await app.collector.tick();
  };
  await app.store.flush(); // the database is open: what comes from now on is never too long for it
  return { app, clock, read };
}

/** Sends made-up commands, and asks everything after each that is taken. Answers how many answers of each status came. */
async function fuzz({ app, clock, read }: Awaited<ReturnType<typeof aHouse>>, some: readonly Command[]) {
  const reads = await everyRead(app);
  const seen = new Map<number, number>();
  let [taken, asked] = [0, 0];
  for (const { method, url, body } of some) {
    const headers = { ...withKey, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const answer = await app.inject({ method, url, headers, ...(body !== undefined && { body }) });
    const { statusCode } = answer;
    seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
    assert.ok(statusCode < 500, `${method} ${url} ${body}: ${answer.body}`);
    if (statusCode >= 300) continue;
    taken += 1;
    if (taken % READ_EVERY === 0) await read(20 + (taken % 41));
    for (const path of reads()) {
      asked += 1;
      const shown = await app.inject(path);
      assert.equal(shown.statusCode, 200, `${path} after ${method} ${url} ${body}: ${shown.body}`);
    }
    await clock.advance(1000);
  }
  return { seen, taken, asked };
}

const made = (count: number) => fc.sample(commands, { numRuns: count, seed: SEED });

test(`${BODIES} made-up commands never meet a fault of ours, and after each that is taken all can be read`, async (t) => {
  const house = await aHouse(t);
  const { seen, taken, asked } = await fuzz(house, made(BODIES));
  const came = (status: number) => seen.get(status) ?? 0;
  const byStatus = JSON.stringify(Object.fromEntries(seen));
  assert.ok(came(200) > 500 && came(201) > 50 && came(204) > 20 && came(409) > 20, byStatus);
  const rules = house.app.ruleBook.list();
  assert.ok(rules.every(({ state }) => state !== 'disabled'));
  t.diagnostic(`${taken} taken, ${asked} reads; answers by status: ${byStatus}`);
});

test('negative control: a command that meets a fault, and one that leaves something behind that cannot be read, are found', async (t) => {
  const some = made(2000);
  await t.test('a command', async (t) => {
    const house = await aHouse(t);
    const { outputs } = house.app;
    const right = outputs.switch.bind(outputs);
    t.mock.method(outputs, 'switch', (id: string, wish: Wish) => {
      if (wish.level !== undefined && wish.level > 0.9) throw new TypeError('level is not a percentage');
      return right(id, wish);
    });
    await assert.rejects(fuzz(house, some), /POST \/api\/outputs\/lamp .*"level".*"status":500/);
  });
  await t.test('a read, until the next command', async (t) => {
    const house = await aHouse(t);
    const { outputs } = house.app;
    const right = outputs.get.bind(outputs);
    t.mock.method(outputs, 'get', (id: string) => {
      const output = right(id);
      if (output?.level && output.level < 0.1) throw new RangeError('too dark');
      return output;
    });
    await assert.rejects(fuzz(house, some), /\/api\/outputs\/lamp after POST \/api\/outputs\/lamp/);
  });
});
