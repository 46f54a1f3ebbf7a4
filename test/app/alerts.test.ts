import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Receiver } from '../support/receiver.ts';
import { aGreenhouse, STALE_AFTER_S, ventOnHeat } from './a-greenhouse.ts';

const rules = [{ id: 'vent-on-heat', ...ventOnHeat }];

/** A greenhouse with its rule, and its alerts in short, newest first. */
async function anAlarmed(t: TestContext) {
  const house = aGreenhouse(t, { rules });
  const life = await house.start();
  const alerts = async (query = '') => {
    await life.app.recorder.isDurable(5000);
    const answer = await life.get(`/api/alerts${query}`);
    return answer.alerts as { id: number; cause: string; raised_at: string; cleared_at: string | null }[];
  };
  const short = async () =>
    (await alerts()).map(({ cause, cleared_at }) => [cause, cleared_at === null ? 'open' : 'over']);
  return { ...house, ...life, alerts, short };
}

describe('alerts', () => {
  it('are one for an episode and not one for a reading', async (t) => {
    const { read, short, clock, get, app } = await anAlarmed(t);
    for (const text of ['20', '31', '32', '29', '33', '28', '20', '31']) {
      await read(text);
      await clock.advance(1000);
    }
    assert.deepEqual(await short(), [
      ['threshold', 'open'],
      ['threshold', 'over'],
    ]);
    await app.recorder.isDurable(5000);
    const [, first] = (await get('/api/alerts')).alerts;
    assert.deepEqual(first, {
      ...{ id: 1, rule: 'vent-on-heat', cause: 'threshold', sensor: 'air_temp_c', unit: '°C', severity: 'warning' },
      ...{ value: 31, threshold: 30, suppressed: 0, acknowledged_at: null },
      ...{ raised_at: '2026-11-23T10:00:01.000Z', cleared_at: '2026-11-23T10:00:05.000Z' },
    });
  });

  it('are told apart also where the clock steps back to the same instant', async (t) => {
    const { read, alerts, clock } = await anAlarmed(t);
    await read('31');
    await read('20');
    await read('31');
    await read('20');
    await clock.advance(1000);
    clock.step(-1000);
    await read('31');
    const raised = (await alerts()).map(({ raised_at }) => raised_at);
    assert.equal(new Set(raised).size, 3);
  });

  it('say that a sensor is silent, beside what was there before', async (t) => {
    const { read, short, clock } = await anAlarmed(t);
    await read('31');
    await clock.advance(STALE_AFTER_S * 1000);
    assert.deepEqual(await short(), [
      ['stale', 'open'],
      ['threshold', 'open'],
    ]);
    await read('29');
    assert.deepEqual(await short(), [
      ['stale', 'over'],
      ['threshold', 'open'],
    ]);
  });

  it('go on over a restart: the same episode, and over when it is over', async (t) => {
    const { start, app, read } = await anAlarmed(t);
    await read('31');
    await app.close();
    const second = await start();
    await second.read('31');
    await second.read('20');
    await second.app.recorder.isDurable(5000);
    const { alerts } = await second.get('/api/alerts');
    assert.deepEqual(
      alerts.map(({ cleared_at }: { cleared_at: string | null }) => cleared_at !== null),
      [true],
    );
  });

  it('are over when their rule is gone, also where it goes between two lives', async (t) => {
    const { start, app, read } = await anAlarmed(t);
    await read('31');
    await app.close();
    const second = await start({ rules: [] });
    await second.app.recorder.isDurable(5000);
    assert.deepEqual((await second.get('/api/alerts?state=active')).alerts, []);
    assert.equal((await second.get('/api/alerts')).count, 1);
  });

  it('are acknowledged once, and stay on the list', async (t) => {
    const { read, alerts, send, clock } = await anAlarmed(t);
    await read('31');
    const [alert] = await alerts('?state=active');
    const first = (await send('POST', `/api/alerts/${alert?.id}/ack`)).json();
    assert.equal(first.acknowledged_at, '2026-11-23T10:00:00.000Z');
    await clock.advance(1000);
    assert.deepEqual((await send('POST', `/api/alerts/${alert?.id}/ack`)).json(), first);
    assert.equal((await send('POST', '/api/alerts/99/ack')).statusCode, 404);
  });

  it('come page by page', async (t) => {
    const { read, get, alerts } = await anAlarmed(t);
    for (let episode = 0; episode < 5; episode++) {
      await read('31');
      await read('20');
    }
    const all = (await alerts()).map(({ id }) => id);
    const paged: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { alerts: { id: number }[]; next: string | null } = await get(
        `/api/alerts?limit=2${next && `&cursor=${next}`}`,
      );
      paged.push(...page.alerts.map(({ id }) => id));
      next = page.next;
    }
    assert.deepEqual(
      [all, paged],
      [
        [5, 4, 3, 2, 1],
        [5, 4, 3, 2, 1],
      ],
    );
  });

  it('are upstream at once, each step of an episode once, before any summary', async (t) => {
    const receiver = await Receiver.start(t);
    const { start, clock } = aGreenhouse(t, { rules, upstream: receiver.url });
    const { app, read, send } = await start();
    await app.listen({ host: '127.0.0.1', port: 0 });
    await read('31');
    const arrived = (count: number) =>
      eventually(async () => {
        await clock.advance(100);
        return receiver.items.size === count;
      });
    await arrived(1);
    await send('POST', '/api/alerts/1/ack');
    await arrived(2);
    await read('20');
    await arrived(3);
    const items = [...receiver.items.values()];
    assert.deepEqual(
      items.map(({ kind, revision, cleared_at, acknowledged_at }) => [
        kind,
        revision,
        acknowledged_at !== null,
        cleared_at !== null,
      ]),
      [
        ['alert', 0, false, false],
        ['alert', 1, true, false],
        ['alert', 2, true, true],
      ],
    );
    assert.match(String(items[0]?.id), /^pi\/alert\/vent-on-heat\/threshold\/2026-11-23T10:00:\d\d.\d{3}Z\/0$/);
    assert.deepEqual([receiver.duplicates, receiver.brokenKeys], [0, []]);
  });
});
