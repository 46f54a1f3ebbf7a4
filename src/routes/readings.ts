import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DEFAULT_READINGS, MAX_READINGS } from '../../schemas/limit.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { ReadingListSchema, ReadingQuerySchema } from '../../schemas/readings.ts';
import { sendJson } from './send-json.ts';

const readings: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/readings',
    {
      schema: {
        operationId: 'listReadings',
        summary: 'The latest readings of all sensors together, oldest first',
        tags: ['Device'],
        querystring: ReadingQuerySchema,
        response: { 200: Named(ReadingListSchema, 'The readings.'), ...problems(400, 500) },
      },
    },
    ({ query: { limit = DEFAULT_READINGS } }, reply) => sendJson(reply, app.recent.last(Math.min(limit, MAX_READINGS))),
  );
};
export default readings;
