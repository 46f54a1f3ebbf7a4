import type { Rule } from '../../schemas/rules.ts';
import { HttpProblem } from '../plugins/problems.ts';
import type { RuleBook } from '../rules/rule-book.ts';

/** The rule; a 404 with the ids that exist where there is none. */
export function requireRule(book: RuleBook, id: string): Rule {
  const rule = book.get(id);
  if (rule !== undefined) return rule;
  throw new HttpProblem(404, `There is no rule "${id}"`, { valid: book.list().map((known) => known.id) });
}
