import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { RuleHistorySchema, RuleListSchema, RuleParamsSchema, RuleSchema } from '../../schemas/rules.ts';
import { toTimestamp } from '../clock.ts';
import { fromStore } from './from-store.ts';
import { requireRule } from './require-rule.ts';

const tags = ['Rules'];
const MOST_CHANGES = 100;

const rules: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/rules',
    {
      schema: {
        operationId: 'listRules',
        summary: 'All rules with their states',
        tags,
        response: { 200: Named(RuleListSchema, 'All rules.'), ...problems(500) },
      },
    },
    async () => ({ rules: app.ruleBook.list() }),
  );

  app.get(
    '/rules/:id',
    {
      schema: {
        operationId: 'getRule',
        summary: 'One rule with its state',
        tags,
        params: RuleParamsSchema,
        response: { 200: Named(RuleSchema, 'The rule.'), ...problems(400, 404, 500) },
      },
    },
    async ({ params: { id } }) => requireRule(app.ruleBook, id),
  );

  app.get(
    '/rules/:id/history',
    {
      schema: {
        operationId: 'listRuleChanges',
        summary: 'What became of a rule over the API',
        tags,
        params: RuleParamsSchema,
        response: {
          200: Named(RuleHistorySchema, 'Its changes; none where the API never changed it.'),
          ...problems(400, 404, 500, 503),
        },
      },
    },
    async ({ params: { id } }) => {
      const changes = await fromStore(app, () => app.store.ask('ruleChanges', { id, limit: MOST_CHANGES }));
      // A rule that was taken away has no state any more, but a past.
      if (changes.length === 0) requireRule(app.ruleBook, id);
      return {
        id,
        changes: changes.map(({ at, definition }) => ({
          timestamp: toTimestamp(at),
          ...(definition === null
            ? { action: 'deleted' as const }
            : { action: 'put' as const, definition: JSON.parse(definition) }),
        })),
      };
    },
  );
};
export default rules;
