import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Gaps } from '../../src/store/gaps.ts';
import { openTable } from './a-store.ts';

it('a gap says why its readings are lost, and each reason once where it stands for several losses', (t) => {
  const { database, series, operations } = openTable(t);
  const id = series.ensure('sensor', 'air');
  const gaps = new Gaps(database, series);
  const who = { now: 0, device: 'pi', upstream: true };
  const loss = { series: id, from: 0, to: 1000, count: 2 };
  gaps.add({ ...loss, reason: 'refused by the receiver' }, who);
  gaps.add({ ...loss, reason: 'no room on the device' }, who);
  gaps.add({ ...loss, reason: 'refused by the receiver' }, who);
  const { items } = JSON.parse(operations.nextBatch({ lane: 'summary', maxItems: 9, device: 'pi' })?.body ?? '{}');
  assert.deepEqual(
    items.map(({ count, reason }: { count: number; reason: string }) => [count, reason]),
    [[6, 'refused by the receiver; no room on the device']],
  );
});
