import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AlertParamsSchema, AlertSchema } from '../../schemas/alerts.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { HttpProblem } from '../plugins/problems.ts';
import { describeAlert } from './describe-alert.ts';
import { fromStore } from './from-store.ts';

const alertCommands: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/alerts/:id/ack',
    {
      schema: {
        operationId: 'acknowledgeAlert',
        summary: 'Say that somebody knows of an alert',
        description: 'The first time counts; again, it changes nothing. It goes upstream with the alert.',
        tags: ['Alerts'],
        params: AlertParamsSchema,
        response: { 200: Named(AlertSchema, 'The alert.'), ...problems(400, 404, 500, 503, 507) },
      },
    },
    async ({ params: { id } }) => {
      const alert = await fromStore(app, () => app.acknowledgeAlert(id));
      if (alert === null) throw new HttpProblem(404, `There is no alert ${id}`);
      return describeAlert(alert, app.alertRate);
    },
  );
};
export default alertCommands;
