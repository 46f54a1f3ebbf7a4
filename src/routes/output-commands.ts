import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  LedCommandSchema,
  LedSchema,
  OutputCommandSchema,
  OutputParamsSchema,
  OutputSchema,
} from '../../schemas/outputs.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { OutputRefused } from '../outputs/change.ts';
import { HttpProblem } from '../plugins/problems.ts';
import { requireOutput } from './require-output.ts';

const tags = ['Outputs'];

const outputCommands: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    '/outputs/:id',
    {
      schema: {
        operationId: 'commandOutput',
        summary: 'Switch an output, for good or for a while',
        tags,
        params: OutputParamsSchema,
        body: Named(OutputCommandSchema),
        response: {
          200: Named(OutputSchema, 'It was switched: its new state.'),
          ...problems(400, 404, 409, 413, 415, 500),
        },
      },
    },
    async ({ params: { id }, body }) =>
      requireOutput(
        app.outputs,
        id,
        obeyed(() => app.outputs.switch(id, { action: body.action, durationS: body.duration_s, holdS: body.hold_s })),
      ),
  );

  app.post(
    '/led',
    {
      schema: {
        operationId: 'commandLed',
        summary: 'Switch the LED',
        tags,
        body: Named(LedCommandSchema),
        response: {
          200: Named(LedSchema, 'It was switched: its new state.'),
          ...problems(400, 404, 409, 413, 415, 500),
        },
      },
    },
    async ({ body: { action } }) => {
      const { state } = requireOutput(
        app.outputs,
        'led',
        obeyed(() => app.outputs.switch('led', { action })),
      );
      return { action, led_state: state };
    },
  );
};
export default outputCommands;

/** A command that must not be carried out now is a conflict, and says when it may be. */
function obeyed<T>(command: () => T): T {
  try {
    return command();
  } catch (error) {
    if (!(error instanceof OutputRefused)) throw error;
    const { message, retryAfterS } = error;
    throw new HttpProblem(
      409,
      message,
      retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } },
    );
  }
}
