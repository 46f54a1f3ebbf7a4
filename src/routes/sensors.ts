import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DEFAULT_READINGS, MAX_READINGS } from '../../schemas/limit.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import {
  HistoryQuerySchema,
  SensorHistorySchema,
  SensorListSchema,
  SensorParamsSchema,
  SensorSchema,
} from '../../schemas/sensors.ts';
import { fromStore } from './from-store.ts';
import { cursorAt, historyRange } from './history-page.ts';
import { requireSensor } from './require-sensor.ts';
import { sendJson } from './send-json.ts';

const tags = ['Sensors'];

const sensors: FastifyPluginAsyncTypebox = async (app) => {
  const { latest, store } = app;
  const ids = latest.sensors.map(({ id }) => id);

  const find = (id: string) => requireSensor(latest, id);

  app.get(
    '/sensors',
    {
      schema: {
        operationId: 'listSensors',
        summary: 'All sensors with their last values',
        tags,
        response: { 200: Named(SensorListSchema, 'All sensors.'), ...problems(500) },
      },
    },
    async () => ({ sensors: ids.map(find) }),
  );

  app.get(
    '/sensors/:id',
    {
      schema: {
        operationId: 'getSensor',
        summary: 'One sensor with its last value',
        tags,
        params: SensorParamsSchema,
        response: { 200: Named(SensorSchema, 'The sensor.'), ...problems(400, 404, 500) },
      },
    },
    async ({ params }) => find(params.id),
  );

  app.get(
    '/sensors/:id/readings',
    {
      schema: {
        operationId: 'listSensorReadings',
        summary: 'The stored readings of one sensor, page by page',
        description: 'A reading is here once it is on disk: see `store.commit_every_s` of `/api/health`.',
        tags,
        params: SensorParamsSchema,
        querystring: HistoryQuerySchema,
        response: { 200: Named(SensorHistorySchema, 'One page.'), ...problems(400, 404, 500, 503) },
      },
    },
    async ({ params: { id }, query }, reply) => {
      const { unit } = find(id);
      const limit = Math.min(query.limit ?? DEFAULT_READINGS, MAX_READINGS);
      const { count, json, last } = await fromStore(app, () =>
        store.ask('history', { sensor: id, ...historyRange(query), limit }),
      );
      const [sensor, next] = [id, last === null ? null : cursorAt(last)].map((text) => JSON.stringify(text));
      sendJson(
        reply,
        `{"sensor":${sensor},"unit":${JSON.stringify(unit)},"count":${count},"readings":${json},"next":${next}}`,
      );
      return reply;
    },
  );
};
export default sensors;
