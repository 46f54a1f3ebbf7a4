import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DEFAULT_READINGS, MAX_READINGS } from '../../schemas/limit.ts';
import { OutputHistorySchema, OutputListSchema, OutputParamsSchema, OutputSchema } from '../../schemas/outputs.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { HistoryQuerySchema } from '../../schemas/sensors.ts';
import { toTimestamp } from '../clock.ts';
import type { ChangedBy } from '../outputs/change.ts';
import { onOff } from '../outputs/state.ts';
import { PATIENCE_MS } from '../store/answer-times.ts';
import { fromStore } from './from-store.ts';
import { timeRange } from './history-page.ts';
import { requireOutput } from './require-output.ts';

const tags = ['Outputs'];

const outputs: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/outputs',
    {
      schema: {
        operationId: 'listOutputs',
        summary: 'All outputs with their states',
        tags,
        response: { 200: Named(OutputListSchema, 'All outputs.'), ...problems(500) },
      },
    },
    async () => ({ outputs: app.outputs.list() }),
  );

  app.get(
    '/outputs/:id',
    {
      schema: {
        operationId: 'getOutput',
        summary: 'One output with its state',
        tags,
        params: OutputParamsSchema,
        response: { 200: Named(OutputSchema, 'The output.'), ...problems(400, 404, 500) },
      },
    },
    async ({ params }) => requireOutput(app.outputs, params.id, app.outputs.get(params.id)),
  );

  app.get(
    '/outputs/:id/history',
    {
      schema: {
        operationId: 'listOutputChanges',
        summary: 'What an output did and why, page by page',
        description:
          'In the order in which it happened, whatever the clock was set to. The newest 100,000 changes of all outputs ' +
          'together are kept; fewer where `store.max_mb` is below 100.',
        tags,
        params: OutputParamsSchema,
        querystring: HistoryQuerySchema,
        response: { 200: Named(OutputHistorySchema, 'One page.'), ...problems(400, 404, 500, 503) },
      },
    },
    async ({ params: { id }, query }) => {
      requireOutput(app.outputs, id, app.outputs.get(id));
      const { order = 'desc' } = query;
      const limit = Math.min(query.limit ?? DEFAULT_READINGS, MAX_READINGS);
      const first = order === 'desc' ? Number.MAX_SAFE_INTEGER : 0;
      const cursor = query.cursor === undefined ? first : Number.parseInt(query.cursor, 36);
      const request = { output: id, ...timeRange(query), order, cursor, limit: limit + 1 };
      const found = await fromStore(app, async () => {
        await app.recorder.isDurable(PATIENCE_MS); // a command that was answered is in its history
        return app.store.ask('changes', request);
      });
      const page = found.slice(0, limit);
      return {
        output: id,
        count: page.length,
        changes: page.map(({ at, before, after, level, by, rule, why }) => ({
          timestamp: toTimestamp(at),
          from: onOff(before ?? undefined),
          to: onOff(after),
          level,
          ...{ by: by as ChangedBy, rule, why },
        })),
        next: found.length > limit ? (page.at(-1)?.id ?? 0).toString(36) : null,
      };
    },
  );
};
export default outputs;
