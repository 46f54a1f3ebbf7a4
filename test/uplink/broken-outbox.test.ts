import assert from 'node:assert/strict';
import { it } from 'node:test';
import { summaries } from './items.ts';
import { accepted, anUploader } from './running-uploader.ts';

const MINUTE_MS = 60_000;

it('an outbox that fails is shown, asked with growing waits, and goes on when it works again', async () => {
  const { uploader, outbox, clock, lines } = anUploader();
  outbox.add(...summaries(3));
  outbox.fault = new Error('disk I/O error');
  let asked = 0;
  const next = outbox.next.bind(outbox);
  outbox.next = (...args) => {
    asked += 1;
    return next(...args);
  };
  uploader.start();
  await clock.advance(30 * MINUTE_MS);
  assert.equal(uploader.status().state, 'waiting');
  assert.match(uploader.status().lastError?.why ?? '', /disk I\/O error/);
  assert.ok(asked <= 2 * 16, `${asked} questions in half an hour`);
  assert.equal(lines.length, 1);

  outbox.fault = undefined;
  await clock.advance(5 * MINUTE_MS);
  assert.equal(outbox.size, 0);
  assert.equal(uploader.status().state, 'idle');
});

for (const [what, outcome] of [
  ['an acknowledgement', accepted],
  ['a word that it is there already', { kind: 'exists', why: 'it is there' }],
] as const) {
  it(`${what} that the outbox did not take is written down later, and nothing is sent twice for it`, async () => {
    const { uploader, outbox, sender, clock } = anUploader();
    sender.answer = () => {
      outbox.fault = new Error('database is locked');
      return outcome;
    };
    outbox.add(...summaries(1));
    uploader.start();
    await clock.advance(MINUTE_MS);
    assert.equal(uploader.status().state, 'waiting');
    assert.equal(outbox.size, 1);
    outbox.fault = undefined;
    await clock.advance(5 * MINUTE_MS);
    assert.equal(outbox.size, 0);
    assert.equal(sender.requests.length, 1);
  });
}
