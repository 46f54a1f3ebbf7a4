import assert from 'node:assert/strict';
import { it } from 'node:test';
import { partlyRefused } from '../../src/uplink/partly-refused.ts';
import { Receiver } from '../support/receiver.ts';
import { summaries } from './items.ts';
import { aBatch, aClient, noSignal, TOKEN } from './wire.ts';

const [first, second] = summaries(2).map(({ id }) => id);
const batch = JSON.stringify({ device: 'greenhouse-1', items: summaries(2) });

it('names items of the batch with their reasons, and nothing else', () => {
  const refused = [{ id: second, reason: 'no such sensor' }, { id: 'another', reason: 'x' }, null, 7, { id: 7 }, {}];
  assert.deepEqual(partlyRefused(JSON.stringify({ stored: 1, refused }), batch), [
    { id: second, reason: 'no such sensor' },
  ]);
  for (const reason of [undefined, 7, '']) {
    assert.deepEqual(partlyRefused(JSON.stringify({ refused: [{ id: first, reason }] }), batch), [
      { id: first, reason: 'it gives no reason' },
    ]);
  }
});

it('is nothing where the answer is no such list', () => {
  for (const answer of [
    '',
    'ok',
    '{"refused":',
    '"refused"',
    '{"refused":null}',
    '{"refused":{}}',
    '{"refused":[]}',
    '[]',
  ]) {
    assert.deepEqual(partlyRefused(answer, batch), [], answer);
  }
});

it('comes over the wire with any 2xx, shortened and without the token; one that names all is a refusal', async (t) => {
  const receiver = await Receiver.start(t);
  const client = aClient(t, receiver.url);
  const answers = async (status: number, ids: (string | undefined)[]) => {
    const refused = ids.map((id) => ({ id, reason: `${TOKEN} ${'x'.repeat(1000)}` }));
    receiver.judge = () => ({ status, body: JSON.stringify({ refused }) });
    return (await client.send(await aBatch(...summaries(2)), noSignal())).outcome;
  };
  for (const status of [200, 207]) {
    const outcome = await answers(status, [second, 'another']);
    assert.deepEqual(outcome, { kind: 'accepted', refused: [{ id: second, reason: `… ${'x'.repeat(198)}` }] });
  }
  assert.equal((await answers(200, [first, second])).kind, 'refused');
  assert.deepEqual(await answers(200, ['another']), { kind: 'accepted' });
});
