import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aGreenhouse, ventOnHeat } from './a-greenhouse.ts';

interface Change {
  from: string | null;
  to: string;
  by: string;
  rule: string | null;
  why: string;
}
const short = ({ from, to, by, rule, why }: Change) => [from, to, by, rule, why];

describe('the history of an output', () => {
  it('says of every change who and why, over restarts', async (t) => {
    const { start, clock } = aGreenhouse(t, { rules: [{ id: 'vent-on-heat', ...ventOnHeat }] });
    const first = await start();
    await first.read('31');
    await first.send('POST', '/api/outputs/vent', { action: 'off', duration_s: 60 });
    for (let second = 0; second < 60; second += 20) {
      await clock.advance(20_000);
      await first.read('31');
    }
    await first.app.close();
    const { get } = await start();
    const { changes } = await get('/api/outputs/vent/history?order=asc');
    const heat = 'air_temp_c is 31, above 30';
    assert.deepEqual(changes.map(short), [
      [null, 'off', 'start', null, 'the server starts'],
      ['off', 'on', 'rule', 'vent-on-heat', heat],
      ['on', 'off', 'api', null, 'a command to be off for a while'],
      ['off', 'on', 'rule', 'vent-on-heat', heat],
      ['on', 'off', 'stop', null, 'the server stops'],
      [null, 'off', 'start', null, 'the server starts'],
    ]);
  });

  it('has the row of a command that was answered', async (t) => {
    const { send, get } = await aGreenhouse(t).start();
    for (const action of ['on', 'off', 'on'] as const) {
      const answer = (await send('POST', '/api/outputs/heater', { action })).json();
      const { changes } = await get('/api/outputs/heater/history?limit=1');
      assert.deepEqual([answer.recorded, changes[0].to], [true, action]);
    }
  });

  it('a command is carried out also where it cannot be written down, and says so', async (t) => {
    const { start, clock } = aGreenhouse(t);
    const { app, send, get } = await start();
    await app.recorder.isDurable(1000);
    const ask = t.mock.method(app.store, 'ask', () => Promise.reject(new Error('disk I/O error')));
    const answers = [];
    for (const action of ['on', 'off']) answers.push((await send('POST', '/api/outputs/heater', { action })).json());
    assert.deepEqual(
      answers.map(({ state, recorded }) => [state, recorded]),
      [
        ['on', true],
        ['off', false],
      ],
    );
    ask.mock.restore();
    await clock.advance(2000);
    assert.equal(await app.recorder.isDurable(1000), true);
    assert.equal((await get('/api/outputs/heater/history')).changes[0].to, 'off');
  });

  it('is read page by page, in both directions', async (t) => {
    const { send, get } = await aGreenhouse(t).start();
    for (let index = 0; index < 4; index++) await send('POST', '/api/outputs/heater', { action: 'toggle' });
    for (const [order, expected] of [
      ['asc', ['off', 'on', 'off', 'on', 'off']],
      ['desc', ['off', 'on', 'off', 'on', 'off']],
    ] as const) {
      const seen: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const cursor: string = next && `&cursor=${next}`;
        const page: { changes: Change[]; next: string | null } = await get(
          `/api/outputs/heater/history?limit=2&order=${order}${cursor}`,
        );
        seen.push(...page.changes.map(({ to }) => to));
        next = page.next;
      }
      assert.deepEqual(seen, expected);
    }
    assert.equal((await get('/api/outputs/none/history')).status, 404);
    const later = await get('/api/outputs/heater/history?from=2027-01-01T00:00:00Z');
    assert.equal(later.count, 0);
  });
});
