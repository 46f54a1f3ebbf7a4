import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { it, type TestContext } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** As many as wait in memory while the disk is away. */
const WAIT = 10_000;
const LOST = 500;

/** A server without outputs: nothing is written down that a test does not note. */
async function start(t: TestContext, dataDirectory: string) {
  const clock = new FakeClock();
  const { app } = await buildTestApp(t, { outputs: [], rules: [] }, { clock, dataDirectory });
  const dropped = async () => (await app.inject('/api/health')).json().store.dropped_records as number;
  return { app, clock, dropped };
}

it('what a disk that was away has cost is still in health after a kill, before anything new is written', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const { app, clock, dropped } = await start(t, dataDirectory);
  const ask = app.store.ask.bind(app.store);
  const away = t.mock.method(app.store, 'ask', (async (operation, argument) => {
    if (operation === 'record') throw new Error('disk I/O error');
    return ask(operation, argument);
  }) as Store['ask']);
  for (let n = 0; n < WAIT + LOST; n++) {
    const instant = { at: clock.now(), monotonic: clock.monotonic() };
    const change = { output: 'vent', before: n % 2 === 0, after: n % 2 === 1, level: null } as const;
    app.recorder.change({ ...change, ...instant, by: 'rule', rule: 'heat', why: 'it is hot' });
  }
  assert.equal(await dropped(), LOST);
  await app.recorder.isDurable(5000);
  away.mock.restore();
  await clock.advance(2000);
  assert.equal(await app.recorder.isDurable(5000), true);

  // What is on disk now is what a kill leaves.
  const left = temporaryFolder(t);
  cpSync(dataDirectory, left, { recursive: true });
  const next = await start(t, left);
  await eventually(async () => (await next.dropped()) === LOST);
});
