import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anOutput, aVent, LED, VENT } from '../outputs/a-bank.ts';
import { openBreakable } from '../outputs/breakable-driver.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('a pin that does not obey at the end keeps nothing from being written down, and is tried once more', async (t) => {
  const clock = new FakeClock();
  const dataDirectory = temporaryFolder(t);
  const start = () => {
    const driver = openBreakable(clock);
    const built = buildTestApp(
      t,
      { outputs: [anOutput(), aVent()], sensors: [] },
      { clock, dataDirectory, hardware: { driver, why: 'a test' } },
    );
    return built.then(({ app }) => ({ app, driver }));
  };
  const first = await start();
  for (const [id, action] of [
    ['led', 'on'],
    ['vent', 'off'],
  ]) {
    await first.app.inject({ method: 'POST', url: `/api/outputs/${id}`, headers: withKey, body: { action } });
  }
  const stop = first.app.recorder.stop.bind(first.app.recorder);
  let stopped = false;
  first.app.recorder.stop = async () => {
    await stop();
    stopped = true;
    assert.deepEqual([first.driver.level(LED), first.driver.level(VENT)], [1, 1]);
    first.driver.breakPin(LED, false);
  };
  first.driver.breakPin(LED);
  await first.app.close();
  assert.deepEqual([stopped, first.driver.level(LED), first.driver.level(VENT)], [true, 0, 1]);

  const { app } = await start();
  const { changes } = (await app.inject('/api/outputs/vent/history?limit=2')).json();
  assert.deepEqual(
    changes.map(({ by, to }: { by: string; to: string }) => [by, to]),
    [
      ['start', 'on'],
      ['stop', 'on'],
    ],
  );
});
