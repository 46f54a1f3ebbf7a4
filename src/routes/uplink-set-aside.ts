import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { RequeuedSchema, SetAsideRetrySchema } from '../../schemas/uplink.ts';
import { HttpProblem } from '../plugins/problems.ts';
import { fromStore } from './from-store.ts';

const uplinkSetAside: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/uplink/set-aside/retry',
    {
      schema: {
        operationId: 'retrySetAside',
        summary: 'Send again what the receiver has refused',
        description: 'Without a body all of it, else the items with these ids. One that is not set aside is left out.',
        tags: ['Uplink'],
        body: SetAsideRetrySchema,
        response: {
          200: Named(RequeuedSchema, 'How many items wait again.'),
          ...problems(400, 409, 413, 415, 500, 503, 507),
        },
      },
    },
    async ({ body }) => {
      if (!app.uplink.configured) throw new HttpProblem(409, 'There is no uplink: set uplink.url or EDGE_UPLINK_URL');
      return { requeued: await fromStore(app, () => app.uplink.requeue(body?.ids)) };
    },
  );
};
export default uplinkSetAside;
