import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DEFAULT_READINGS, MAX_READINGS } from '../../schemas/limit.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { SensorParamsSchema } from '../../schemas/sensors.ts';
import { SummaryListSchema, SummaryQuerySchema } from '../../schemas/summaries.ts';
import { toTimestamp } from '../clock.ts';
import { published } from '../summaries/item.ts';
import { fromStore } from './from-store.ts';
import { timeRange } from './history-page.ts';
import { requireSensor } from './require-sensor.ts';

const summaries: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/sensors/:id/summaries',
    {
      schema: {
        operationId: 'listSensorSummaries',
        summary: 'What went upstream of one sensor: a summary for each window, page by page',
        tags: ['Sensors'],
        params: SensorParamsSchema,
        querystring: SummaryQuerySchema,
        response: { 200: Named(SummaryListSchema, 'One page.'), ...problems(400, 404, 500, 503) },
      },
    },
    async ({ params: { id }, query }) => {
      const { unit } = requireSensor(app.latest, id);
      const { from, to } = timeRange(query);
      const { order = 'desc', cursor } = query;
      const place = cursor === undefined ? undefined : parsePlace(cursor);
      // A cursor of another range must not lead out of this one.
      const after = order === 'asc' && place && place.start >= from ? place : { start: from, sizeMs: -1 };
      const before = order === 'desc' && place && place.start < to ? place : { start: to, sizeMs: 0 };
      const limit = Math.min(query.limit ?? DEFAULT_READINGS, MAX_READINGS);
      const request = { sensor: id, after, before, order, limit: limit + 1 };
      const found = await fromStore(app, () => app.store.ask('summaries', request));
      const page = found.slice(0, limit);
      const last = page.at(-1)?.window;
      return {
        sensor: id,
        unit,
        count: page.length,
        summaries: page.map(({ window, revision, values }) => ({
          window_start: toTimestamp(window.start),
          window_s: window.sizeMs / 1000,
          revision,
          ...published(values),
        })),
        next: found.length > limit && last ? `${last.start.toString(36)}-${last.sizeMs.toString(36)}` : null,
      };
    },
  );
};
export default summaries;

function parsePlace(cursor: string): { start: number; sizeMs: number } {
  const [start = '', sizeMs = ''] = cursor.split('-');
  return { start: Number.parseInt(start, 36), sizeMs: Number.parseInt(sizeMs, 36) };
}
