import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { OutputListSchema, OutputParamsSchema, OutputSchema } from '../../schemas/outputs.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
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
};
export default outputs;
