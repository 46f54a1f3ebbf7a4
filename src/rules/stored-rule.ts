import type { GivenRule } from './rule-book.ts';

/** A rule as it is on disk: its definition is JSON. */
export type StoredRule = Omit<GivenRule, 'definition'> & { definition: string };

/** The rules that were stored. One that cannot be read is told of, and keeps no other one from running. */
export function readRules(
  stored: readonly StoredRule[],
  onUnreadable: (id: string, error: unknown) => void,
): GivenRule[] {
  return stored.flatMap(({ definition, ...rule }) => {
    try {
      return [{ ...rule, definition: JSON.parse(definition) }];
    } catch (error) {
      onUnreadable(rule.id, error);
      return [];
    }
  });
}
