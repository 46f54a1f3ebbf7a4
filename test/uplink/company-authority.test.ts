import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { openUplink } from '../../src/uplink/open.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aCompany } from './authority.ts';
import { summaries } from './items.ts';
import { aBatch, noSignal } from './wire.ts';

const company = aCompany();
const other = aCompany();
const skip = (company === undefined || other === undefined) && 'openssl is missing';

async function aSender(t: TestContext, url: string, caFile?: string) {
  const client = await openUplink({ url, timeoutMs: 1000, clock: new FakeClock(), caFile });
  t.after(() => client.close());
  return async () => (await client.send(await aBatch(...summaries(1)), noSignal())).outcome;
}

function aFile(t: TestContext, text: string): string {
  const file = join(temporaryFolder(t), 'company.pem');
  writeFileSync(file, text);
  return file;
}

describe("a company's own authority, whose server sends only its leaf", { skip }, () => {
  if (company === undefined || other === undefined) return;
  const { root, middle, leaf } = company;
  it('is unknown, and the advice names both ways to make it known', async (t) => {
    const receiver = await Receiver.start(t, { https: leaf });
    const outcome = await (await aSender(t, receiver.url))();
    assert.equal(outcome.kind, 'retry');
    assert.match(
      (outcome as { why: string }).why,
      /sends its own certificate only.*uplink\.ca_file or NODE_EXTRA_CA_CERTS/,
    );
  });

  const FILES = {
    'its root and what is in the middle': root + middle,
    'what is in the middle': `Company\n\n${middle}`,
  };
  for (const [what, text] of Object.entries(FILES)) {
    it(`is trusted when uplink.ca_file holds ${what}`, async (t) => {
      const receiver = await Receiver.start(t, { https: leaf });
      const send = await aSender(t, receiver.url, aFile(t, text));
      assert.deepEqual(await send(), { kind: 'accepted' });
      assert.equal(receiver.items.size, 1);
    });
  }

  it('is trusted once the file is right, without a restart', async (t) => {
    const receiver = await Receiver.start(t, { https: leaf });
    const file = aFile(t, other.root);
    const send = await aSender(t, receiver.url, file);
    assert.equal((await send()).kind, 'retry');
    rmSync(file);
    assert.match(((await send()) as { why: string }).why, /uplink\.ca_file cannot be read \(ENOENT\)/);
    writeFileSync(file, root + middle);
    assert.deepEqual(await send(), { kind: 'accepted' });
  });

  it('is trusted when Node was told of it, also beside a file with another one', async (t) => {
    const receiver = await Receiver.start(t, { https: leaf });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: aFile(t, root + middle) };
    const beside = aFile(t, other.root);
    const code = `
      import { openUplink } from ${JSON.stringify(join(import.meta.dirname, '../../src/uplink/open.ts'))};
      import { systemClock as clock } from ${JSON.stringify(join(import.meta.dirname, '../../src/clock.ts'))};
      const client = await openUplink({ url: '${receiver.url}', timeoutMs: 5000, clock, caFile: '${beside}' });
      const batch = { id: 1, lane: 'summary', items: 0, key: 'key', readings: 0, body: '{"device":"d","items":[]}' };
      console.log((await client.send(batch, new AbortController().signal)).outcome.kind);
      await client.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env });
    assert.equal(stdout.trim(), 'accepted');
  });
});
