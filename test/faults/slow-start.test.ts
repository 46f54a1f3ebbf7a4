import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { withKey } from '../support/server.ts';
import { Device, getJson } from './device.ts';
import { ms, report } from './figures.ts';
import { hasStrace, stalledFrom } from './tools.ts';

const STALL_MS = 2000;
const UP_WITHIN_MS = 15_000;
const CONTROL = ['--import', new URL('./waits-for-the-disk.ts', import.meta.url).href];

test('a start on a card that takes 2 s for each fsync, the first one included, serves before the database is open', async (t) => {
  if (!hasStrace(t)) return;
  const life = await new Device(t, {}).start({ under: stalledFrom(1, STALL_MS) });
  const { statusCode } = await request(`${life.url}/api/led`, {
    method: 'POST',
    headers: { ...withKey, 'content-type': 'application/json' },
    body: '{"action":"on"}',
  });
  assert.equal(statusCode, 200);
  const status = await getJson<{ led_state: string; sensors: Record<string, { quality: string }> }>(
    `${life.url}/api/status`,
  );
  assert.equal(status.led_state, 'on');
  const put = await request(`${life.url}/api/rules/heat`, {
    method: 'PUT',
    headers: { ...withKey, 'content-type': 'application/json' },
    body: '{"sensor":"air_temp_c","above":1000,"alert":"warning"}',
  });
  assert.equal(put.statusCode, 503); // what there is already is not known yet
  const commit = async () =>
    (await getJson<{ store: { last_commit: unknown } }>(`${life.url}/api/health`)).store.last_commit;
  await eventually(commit, 90_000);
  report(t, {
    fault: 'a start where every fsync takes 2 s',
    how: 'strace delays every fsync and fdatasync of the server, from the first one on',
    seen: `serves after ${ms(life.startMs)}, switches, and stores what it measured meanwhile when the database is open`,
  });
  assert.ok(life.startMs < UP_WITHIN_MS);
});

test('negative control: a start that waits for its card does not serve meanwhile', async (t) => {
  if (!hasStrace(t)) return;
  const { child, said } = new Device(t, {}).spawn({ under: stalledFrom(1, STALL_MS), node: CONTROL });
  await pause(UP_WITHIN_MS);
  child.kill('SIGKILL');
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) pipe?.destroy();
  report(t, {
    fault: 'negative control of it: a start that waits for its card',
    how: 'the same without a limit to the waiting',
    seen: `does not serve within ${UP_WITHIN_MS / 1000} s`,
  });
  assert.doesNotMatch(said(), /Server listening/);
});
