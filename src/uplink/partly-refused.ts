import type { RefusedItem } from './outbox.ts';

const NO_REASON = 'it gives no reason';

/**
 * Items of a batch that the receiver has named in its answer as refused, `{ "refused": [{ "id", "reason" }] }`; none where
 * the answer says anything else. An id that is not in the batch means nothing.
 */
export function partlyRefused(answer: string, batch: string): RefusedItem[] {
  const listed = listIn(answer);
  if (listed.length === 0) return [];
  const { items } = JSON.parse(batch) as { items: { id: string }[] };
  const reasons = new Map(listed.map(({ id, reason }) => [id, reason]));
  return items
    .filter(({ id }) => reasons.has(id))
    .map(({ id }) => {
      const reason = reasons.get(id);
      return { id, reason: typeof reason === 'string' && reason !== '' ? reason : NO_REASON };
    });
}

function listIn(answer: string): { id: unknown; reason?: unknown }[] {
  if (!answer.includes('"refused"')) return [];
  try {
    const { refused } = JSON.parse(answer);
    return Array.isArray(refused) ? refused.filter((entry) => typeof entry?.id === 'string') : [];
  } catch {
    return [];
  }
}
