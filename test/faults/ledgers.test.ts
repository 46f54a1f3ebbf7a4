import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item, Received, Summary } from '../support/receiver.ts';
import { anAlert, aSummary } from '../uplink/items.ts';
import { type Alert, alertFaults } from './alert-audit.ts';
import { audit } from './audit.ts';
import { deliveryFaults } from './delivery.ts';

const WINDOW_MS = 300_000;
const request = (key: string, ...items: Item[]): Received => ({ key, body: JSON.stringify(items), items, token: '' });

describe('negative control: the comparison of what was made with what arrived', () => {
  const [first, second, third] = [0, 1, 2].map((n) => aSummary('air', n)) as [Item, Item, Item];
  const made = [first, second, third, anAlert()];
  const requests = [request('a', first, second), request('a', first, second), request('b', third)];
  const even = { items: made, requests };

  it('is content with each item once, and with the same bytes again', () => {
    assert.deepEqual(deliveryFaults(made, even), []);
  });

  const cases: Record<string, [Partial<typeof even>, RegExp]> = {
    'a window is missing': [{ items: made.toSpliced(1, 1) }, /^greenhouse-1\/air\/.*T10:05.* is missing$/],
    'an alert is missing': [{ items: made.slice(0, 3) }, /^greenhouse-1\/alert\/.* is missing$/],
    'one is there twice': [{ items: [...made, third] }, /was kept 2 times/],
    'one was not made': [{ items: [...made, aSummary('air', 3)] }, /was never made/],
    'one has another mean': [{ items: made.with(0, { ...first, mean: 21.400001 }) }, /was changed/],
    'one comes before an older one': [{ items: [second, first, third, anAlert()] }, /came after a younger one/],
    'an item comes again in another body': [{ requests: [...requests, request('c', second)] }, /in another body/],
    'a body comes again under another key': [{ requests: [...requests, request('c', third)] }, /two keys/],
  };
  for (const [what, [changes, fault]] of Object.entries(cases)) {
    it(`complains where ${what}`, () => {
      const faults = deliveryFaults(made, { ...even, ...changes });
      assert.deepEqual([faults.length, fault.test(faults[0] ?? '')], [1, true], faults.join());
    });
  }
});

describe('negative control: the comparison of raw rows with what arrived', () => {
  const start = Date.parse('2026-11-23T10:00:00Z');
  const rows = [20, 21, 22, 30].map((value, n) => ({ sensor: 'air', at: start + n * 100_000, value }));
  const head = aSummary('air', 0) as Summary;
  const values = { count: 3, mean: 21, stdev: 1, min: 20, max: 22 };
  const last = { ...(aSummary('air', 1) as Summary), count: 1, mean: 30, stdev: 0, min: 30, max: 30 };
  const compare = (summaries: Summary[], brokenKeys: string[] = []) =>
    audit(rows, { summariesBySensor: () => new Map([['air', summaries]]), brokenKeys }, WINDOW_MS);
  const window = { ...head, ...values };

  it('is content with what the rows come to', () => {
    assert.deepEqual(compare([window, last]), []);
  });

  it('complains of each member that is two billionths off', () => {
    for (const [name, value] of Object.entries(values))
      assert.deepEqual(
        compare([{ ...window, [name]: value + 2e-9 }, last]).map((fault) => fault.includes(`: ${name} should be`)),
        [true],
      );
  });

  const third = { ...last, window_start: '2026-11-23T10:10:00.000Z' };
  const cases: Record<string, [Summary[], string[], RegExp]> = {
    'a window is missing': [[last], [], /is missing/],
    'a window came twice': [[window, window, last], [], /came twice/],
    'a window was never measured': [[window, last, third], [], /was never measured/],
    'a window has another length': [[{ ...window, window_s: 3600 }, last], [], /is 3600 s long/],
    'a key stood for two bodies': [[window, last], ['k'], /two bodies under the key k/],
  };
  for (const [what, [summaries, brokenKeys, fault]] of Object.entries(cases)) {
    it(`complains where ${what}`, () => {
      const faults = compare(summaries, brokenKeys);
      assert.deepEqual([faults.length, fault.test(faults[0] ?? '')], [1, true], faults.join());
    });
  }
});

describe('negative control: the comparison of alerts', () => {
  const at = (second: number) => `2026-11-23T10:00:0${second}.000Z`;
  const alert = (id: number, raised: number, cleared: number | null): Alert => ({
    ...{ id, rule: 'hot', raised_at: at(raised), cleared_at: cleared === null ? null : at(cleared) },
  });
  const item = ({ id, raised_at, cleared_at }: Alert, revision = 1): Item => ({
    ...{ id: `pi/alert/${id}/${revision}`, kind: 'alert', revision, raised_at },
    cleared_at: revision === 0 ? null : cleared_at,
  });
  const stored = [alert(1, 1, 2), alert(2, 3, null)];
  const [one, two] = stored as [Alert, Alert];
  const items = [item(one, 0), item(one), item(two, 0)];

  it('is content with episodes one after the other, whatever revision comes last', () => {
    assert.deepEqual(alertFaults({ seen: [one, two], stored, items: items.toReversed() }), []);
  });

  const cases: Record<string, [Partial<Parameters<typeof alertFaults>[0]>, RegExp]> = {
    'one that was shown is gone': [{ seen: [alert(3, 5, null)] }, /alert 3 was shown and is gone/],
    'one that was over is open': [{ seen: [alert(2, 3, 4)] }, /alert 2 was over and is not/],
    'one did not arrive': [{ items: items.slice(0, 2) }, /alert 2 did not arrive/],
    'its end did not arrive': [{ items: [items[0] as Item, item(two, 0)] }, /alert 1 is over at/],
    'one arrived that never was': [{ items: [...items, item(alert(9, 9, null))] }, /was never raised/],
  };
  for (const [what, [changes, fault]] of Object.entries(cases)) {
    it(`complains where ${what}`, () => {
      const faults = alertFaults({ seen: [], stored, items, ...changes });
      assert.deepEqual([faults.length, fault.test(faults[0] ?? '')], [1, true], faults.join());
    });
  }

  it('complains where two episodes are open at once', () => {
    const open = [alert(1, 1, 4), two];
    const faults = alertFaults({ seen: [], stored: open, items: open.map((each) => item(each)) });
    assert.deepEqual(faults, ['two episodes at once: 2']);
  });
});
