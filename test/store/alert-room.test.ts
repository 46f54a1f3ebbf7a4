import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { AlertTable } from '../../src/store/alert-table.ts';
import { openTable } from './a-store.ts';

const details = {
  ...{ sensor: 'air', unit: '°C', severity: 'warning' as const, value: 31, threshold: 30, simulated: false },
};
const MOST = 16;

/** Alerts of rules, with room for {@link MOST}. An episode takes a second. */
function alertsOf(t: TestContext) {
  const { database, operations } = openTable(t);
  const alerts = new AlertTable(database, MOST);
  database.pragma('synchronous = OFF'); // many transactions, and no power cut
  let now = 0;
  const later = (ms: number) => {
    now += ms;
    return now;
  };
  const publish = (upstream = true) => alerts.publish({ device: 'pi', upstream, now });
  const raise = (rule = 'heat') =>
    alerts.note({ event: 'raised', rule, cause: 'threshold', at: later(500), run: 0, details });
  const clear = (rule = 'heat') => alerts.note({ event: 'cleared', rule, cause: 'threshold', at: later(500), run: 0 });
  const episodes = (count: number, rule = 'heat', upstream = true) => {
    for (let episode = 0; episode < count; episode++) {
      raise(rule);
      publish(upstream);
      clear(rule);
      publish(upstream);
    }
  };
  const list = () => alerts.list({ active: false, before: Number.MAX_SAFE_INTEGER, limit: 1000 });
  const next = () => operations.nextBatch({ lane: 'alert', maxItems: 1000, device: 'pi' });
  const sendAll = () => {
    const items: { id: string; suppressed?: number; revision: number; cleared_at: string | null }[] = [];
    for (let batch = next(); batch !== null; batch = next()) {
      items.push(...JSON.parse(batch.body).items);
      operations.acknowledge({ batch: batch.id });
    }
    return items;
  };
  const waiting = () => operations.outboxState({}).items;
  const acknowledge = (id: number) => {
    alerts.acknowledge({ id, at: later(1), run: 0 });
    publish();
  };
  return { alerts, operations, publish, raise, clear, episodes, list, next, sendAll, waiting, acknowledge };
}

const sum = (alerts: readonly { suppressed?: number }[]) =>
  alerts.reduce((all, one) => all + 1 + (one.suppressed ?? 0), 0);

describe('revisions of one episode', () => {
  it('that have not left the device are one item, the newest', (t) => {
    const { episodes, waiting, sendAll } = alertsOf(t);
    episodes(3);
    assert.equal(waiting(), 3);
    assert.deepEqual(
      sendAll().map(({ revision, cleared_at }) => [revision, cleared_at !== null]),
      [1, 1, 1].map((revision) => [revision, true]),
    );
  });

  it('keep their bytes once they were handed out: what comes later is an item of its own', (t) => {
    const { raise, clear, publish, next, operations, acknowledge } = alertsOf(t);
    raise();
    publish();
    const batch = next();
    clear();
    publish();
    acknowledge(1);
    assert.deepEqual(next(), batch);
    operations.acknowledge({ batch: batch?.id ?? -1 });
    const items = JSON.parse(next()?.body ?? '{}').items;
    assert.deepEqual(
      items.map(({ revision }: { revision: number }) => revision),
      [2],
    );
  });
});

describe('alerts that are more than there is room for', () => {
  it('and have not left the device are folded: none is forgotten, and all are within their share', (t) => {
    const { episodes, list, sendAll, waiting } = alertsOf(t);
    episodes(300);
    assert.ok(list().length <= MOST + 2, `${list().length} alerts`);
    assert.ok(waiting() <= MOST + 2);
    const stored = list();
    assert.equal(sum(stored), 300);
    const items = sendAll();
    assert.equal(sum(items), 300);
    assert.equal(items.length, stored.length);
    assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
    // The first one is where it all began, and the last one is over when it was over.
    assert.deepEqual(
      [stored.at(-1)?.raisedAt, Math.max(...stored.map(({ clearedAt }) => clearedAt ?? 0))],
      [500, 300_000],
    );
  });

  it('are folded into one that was sent as its next revision, and never vanish from what was sent', (t) => {
    const { episodes, sendAll, list } = alertsOf(t);
    episodes(10);
    const first = new Set(sendAll().map(({ id }) => id));
    episodes(200);
    const second = sendAll();
    assert.deepEqual(
      second.filter(({ id }) => first.has(id)),
      [],
    );
    assert.ok(sum(list()) >= 200);
  });

  it('leave the one that is open as it is', (t) => {
    const { episodes, raise, publish, list } = alertsOf(t);
    raise('frost');
    publish();
    episodes(200);
    const frost = list().filter(({ rule }) => rule === 'frost');
    assert.deepEqual(
      frost.map(({ clearedAt, suppressed }) => [clearedAt, suppressed]),
      [[null, 0]],
    );
  });

  it('and have arrived are forgotten, the acknowledged ones first, but for the newest of each rule that nobody knows of', (t) => {
    const { episodes, list, sendAll, acknowledge } = alertsOf(t);
    episodes(1, 'frost');
    episodes(10);
    for (const { id } of list().slice(0, 9)) acknowledge(id);
    sendAll();
    episodes(9, 'wind');
    const rules = list().map(({ rule }) => rule);
    assert.equal(rules.filter((rule) => rule === 'frost').length, 1);
    assert.equal(rules.filter((rule) => rule === 'wind').length, 9);
    const heat = list().filter(({ rule }) => rule === 'heat');
    assert.deepEqual([heat.length, heat.at(-1)?.acknowledgedAt], [6, null]);
  });

  it('are within their share where nothing goes upstream, too', (t) => {
    const { episodes, list } = alertsOf(t);
    episodes(300, 'heat', false);
    assert.ok(list().length <= MOST + 2, `${list().length} alerts`);
  });
});
