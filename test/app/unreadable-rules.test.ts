import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Store } from '../../src/store/store.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('a stored rule that cannot be read is named in the log and left out; the others are at work', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const body = { sensor: 'button', above: 0, alert: 'info' };
  const first = await buildTestApp(t, {}, { dataDirectory });
  for (const id of ['first', 'spoilt', 'third']) {
    await first.app.inject({ method: 'PUT', url: `/api/rules/${id}`, headers: withKey, body });
  }
  await first.app.recorder.isDurable(5000);
  await first.app.close();

  const ask = Store.prototype.ask;
  t.mock.method(Store.prototype, 'ask', async function (this: Store, ...request: Parameters<Store['ask']>) {
    const answer = await ask.apply(this, request);
    if ((request[0] as string) !== 'rules') return answer;
    const { rules, states, ...rest } = answer as Awaited<ReturnType<typeof ask<'rules'>>>;
    const torn = rules.map((rule) => (rule.id === 'spoilt' ? { ...rule, definition: '{"sensor": "but' } : rule));
    return { ...rest, rules: torn, states: { ...states, third: '{"phase": "id' } };
  });
  const lines: string[] = [];
  const logger = { level: 'error', stream: { write: (line: string) => void lines.push(JSON.parse(line).msg) } };
  const { app } = await buildTestApp(t, {}, { dataDirectory, logger });
  const ids = () => app.ruleBook.list().map(({ id, state }) => [id, state]);
  assert.deepEqual(ids(), [
    ['first', 'waiting'],
    ['third', 'waiting'],
  ]);
  assert.deepEqual(lines, [
    'rule spoilt is stored and cannot be read: it is left out until it is put anew',
    'what rule third knew cannot be read: it begins anew',
  ]);
  const put = await app.inject({ method: 'PUT', url: '/api/rules/spoilt', headers: withKey, body });
  assert.equal(put.statusCode, 201);
  assert.equal(ids().length, 3);
});
