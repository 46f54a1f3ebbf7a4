import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { UplinkSchema } from '../../schemas/uplink.ts';
import { fromStore } from './from-store.ts';

const uplink: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/uplink',
    {
      schema: {
        operationId: 'getUplink',
        summary: 'What waits to go upstream, and how the sending goes',
        tags: ['Uplink'],
        response: { 200: Named(UplinkSchema, 'The state of the uplink.'), ...problems(500, 503) },
      },
    },
    () => fromStore(app, () => app.uplink.describe()),
  );
};
export default uplink;
