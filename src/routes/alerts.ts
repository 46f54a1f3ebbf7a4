import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AlertListSchema, AlertQuerySchema } from '../../schemas/alerts.ts';
import { DEFAULT_READINGS, MAX_READINGS } from '../../schemas/limit.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { describeAlert } from './describe-alert.ts';
import { fromStore } from './from-store.ts';

const alerts: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/alerts',
    {
      schema: {
        operationId: 'listAlerts',
        summary: 'Alerts, newest first, page by page',
        tags: ['Alerts'],
        querystring: AlertQuerySchema,
        response: { 200: Named(AlertListSchema, 'One page.'), ...problems(400, 500, 503) },
      },
    },
    async ({ query: { state, limit: wanted = DEFAULT_READINGS, cursor } }) => {
      const limit = Math.min(wanted, MAX_READINGS);
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      const found = await fromStore(app, () =>
        app.store.ask('alerts', { active: state === 'active', before, limit: limit + 1 }),
      );
      const page = found.slice(0, limit);
      return {
        count: page.length,
        alerts: page.map((alert) => describeAlert(alert, app.alertRate)),
        next: found.length > limit ? String(page.at(-1)?.id) : null,
      };
    },
  );
};
export default alerts;
