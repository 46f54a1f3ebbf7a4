import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { UplinkClient } from '../../src/uplink/client.ts';
import type { Batch } from '../../src/uplink/outbox.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { anAlert, summaries } from './items.ts';
import { aBatch, aClient, noSignal, TOKEN } from './wire.ts';

const ROOT = join(import.meta.dirname, '../..');

it('the receiver of the documentation takes what a device sends, also twice, and knows its token', async (t) => {
  const page = readFileSync(join(ROOT, 'docs/uplink-protocol.md'), 'utf8');
  const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  assert.ok(code.trim().split('\n').length <= 25, 'it says twenty-five lines');
  const taken = await Receiver.start(t);
  const { port } = taken;
  await taken.close();
  const env = { ...process.env, PORT: String(port), TOKEN };
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT, env, stdio: 'inherit' });
  t.after(() => receiver.kill());

  const url = `http://127.0.0.1:${port}/ingest`;
  const client = aClient(t, url);
  for (const batch of [await aBatch(...summaries(1)), await aBatch(...summaries(50))]) {
    await eventually(async () => (await client.send(batch, noSignal())).outcome.kind === 'accepted');
    assert.deepEqual((await client.send(batch, noSignal())).outcome, { kind: 'accepted' });
  }
  const alert = await aBatch(anAlert());
  const from = (uid?: string): Batch => ({
    ...alert,
    body: JSON.stringify({ device: 'other', device_uid: uid, items: [] }),
  });
  const [older, first, second] = [from(), from('one'), from('two')];
  assert.equal((await client.send(older, noSignal())).outcome.kind, 'accepted');
  assert.equal((await client.send(first, noSignal())).outcome.kind, 'accepted');
  const conflict = (await client.send(second, noSignal())).outcome;
  assert.match(
    (conflict as { why: string }).why,
    /another machine sends under this name already.*It says: other belongs/,
  );
  for (const own of [first, older]) assert.equal((await client.send(own, noSignal())).outcome.kind, 'accepted');

  const stranger = new UplinkClient({ url, timeoutMs: 1000, clock: new FakeClock() });
  t.after(() => stranger.close());
  assert.equal((await stranger.send(await aBatch(...summaries(1)), noSignal())).outcome.kind, 'unauthorised');
});
