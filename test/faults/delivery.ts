import { isDeepStrictEqual } from 'node:util';
import type { Item, Received } from '../support/receiver.ts';

/** What a receiver has kept, in order of arrival, and every request whose body it read. */
export interface Arrived {
  items: readonly Item[];
  requests: readonly Pick<Received, 'key' | 'body' | 'items'>[];
}

/**
 * Every difference between what a device made and what has arrived, one sentence each: each item once and unchanged, of
 * each sensor the oldest first, and what comes again in the same bytes under the same key. Not for runs in which the
 * receiver refuses batches: those are split.
 */
export function deliveryFaults(made: readonly Item[], { items, requests }: Arrived): string[] {
  const expected = new Map(made.map((item) => [item.id, item]));
  const times = Map.groupBy(items, ({ id }) => id);
  return [
    ...made.filter(({ id }) => !times.has(id)).map(({ id }) => `${id} is missing`),
    ...[...times].filter(([, all]) => all.length > 1).map(([id, all]) => `${id} was kept ${all.length} times`),
    ...items.filter(({ id }) => !expected.has(id)).map(({ id }) => `${id} was never made`),
    ...items
      .filter((item) => expected.has(item.id) && !isDeepStrictEqual(item, expected.get(item.id)))
      .map(({ id }) => `${id} was changed on the way`),
    ...outOfOrder(items),
    ...otherBytes(requests),
  ];
}

function outOfOrder(items: readonly Item[]): string[] {
  const summaries = items.filter(({ kind }) => kind === 'summary');
  return [...Map.groupBy(summaries, ({ sensor }) => sensor).values()].flatMap((ofSensor) =>
    ofSensor
      .filter((item, n) => String(ofSensor[n - 1]?.window_start ?? '') > String(item.window_start))
      .map(({ id }) => `${id} came after a younger one`),
  );
}

function otherBytes(requests: Arrived['requests']): string[] {
  const [bodies, keys] = [new Map<string, string>(), new Map<string, string>()];
  const faults: string[] = [];
  for (const { key, body, items } of requests) {
    if ((keys.get(body) ?? key) !== key) faults.push(`two keys for the body that begins with ${items[0]?.id}`);
    keys.set(body, key);
    for (const { id } of items) {
      if ((bodies.get(id) ?? body) !== body) faults.push(`${id} came again in another body`);
      bodies.set(id, body);
    }
  }
  return faults;
}
