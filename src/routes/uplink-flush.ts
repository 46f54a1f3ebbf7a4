import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { UplinkSchema } from '../../schemas/uplink.ts';
import { HttpProblem } from '../plugins/problems.ts';
import { fromStore } from './from-store.ts';

const uplinkFlush: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/uplink/flush',
    {
      schema: {
        operationId: 'flushUplink',
        summary: 'Try to send now, whatever it waits for',
        description: 'Tries the next batch of each lane at once; the rest follows at the usual pace.',
        tags: ['Uplink'],
        response: { 200: Named(UplinkSchema, 'The state after the try.'), ...problems(409, 500, 503) },
      },
    },
    async () => {
      if (!app.uplink.configured) throw new HttpProblem(409, 'There is no uplink: set uplink.url or EDGE_UPLINK_URL');
      return fromStore(app, async () => {
        await app.uplink.flush();
        return app.uplink.describe();
      });
    },
  );
};
export default uplinkFlush;
