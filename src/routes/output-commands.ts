import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  CommandedOutputSchema,
  LedCommandSchema,
  LedSchema,
  type Output,
  type OutputCommand,
  OutputCommandSchema,
  OutputParamsSchema,
} from '../../schemas/outputs.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { NotDimmable, OutputRefused } from '../outputs/change.ts';
import type { Wish } from '../outputs/wish.ts';
import { HttpProblem } from '../plugins/problems.ts';
import { requireOutput } from './require-output.ts';

const tags = ['Outputs'];

const outputCommands: FastifyPluginAsyncTypebox = async (app) => {
  /** Carries out a command. The row of the change follows: a client that a disk keeps waiting would switch once more. */
  function command(id: string, wish: Wish): { output: Output; recorded: boolean } {
    const output = requireOutput(
      app.outputs,
      id,
      obeyed(() => app.outputs.switch(id, wish)),
    );
    return { output, recorded: !app.recorder.failing && app.store.health().status === 'ok' };
  }

  app.post(
    '/outputs/:id',
    {
      schema: {
        operationId: 'commandOutput',
        summary: 'Switch or dim an output, for good or for a while',
        tags,
        params: OutputParamsSchema,
        body: Named(OutputCommandSchema),
        response: {
          200: Named(CommandedOutputSchema, 'It was switched: its new state.'),
          ...problems(400, 404, 409, 413, 415, 500),
        },
      },
    },
    async ({ params: { id }, body }) => {
      const { action, level, duration_s: durationS, hold_s: holdS } = body;
      if ((action === undefined) === (level === undefined)) {
        throw new HttpProblem(400, 'Say either an action or a level', { valid: ['action', 'level'] });
      }
      const fault = timesFault(body);
      if (fault !== undefined) throw new HttpProblem(400, fault.error, { errors: [fault.at] });
      const wish = { action, level, durationS, holdS };
      const { output, recorded } = command(id, wish);
      return { ...output, recorded };
    },
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
      preValidation: lowerCaseAction,
    },
    async ({ body: { action } }) => {
      const { output, recorded } = command('led', { action });
      return { action, led_state: output.state, ...(recorded ? {} : { recorded }) };
    },
  );
};
export default outputCommands;

/** The chapter's program does the same, so its clients may send `ON`. */
async function lowerCaseAction({ body }: { body: unknown }): Promise<void> {
  const command = body as { action?: unknown } | null | undefined;
  if (typeof command?.action === 'string') command.action = command.action.toLowerCase();
}

/** What a schema cannot say: there is at most one time, and none for what is given back. */
function timesFault({ action, duration_s: durationS, hold_s: holdS }: OutputCommand) {
  const member = holdS === undefined ? 'duration_s' : 'hold_s';
  const message = action === 'auto' ? 'cannot stand beside auto' : 'cannot stand beside duration_s';
  const isFault =
    action === 'auto' ? (durationS ?? holdS) !== undefined : durationS !== undefined && holdS !== undefined;
  return isFault ? { error: `${member} ${message}`, at: { path: `/body/${member}`, message } } : undefined;
}

/** A command that must not be carried out now is a conflict, and says when it may be. */
function obeyed<T>(command: () => T): T {
  try {
    return command();
  } catch (error) {
    if (error instanceof NotDimmable) throw new HttpProblem(409, error.message);
    if (!(error instanceof OutputRefused)) throw error;
    const { message, retryAfterS } = error;
    throw new HttpProblem(
      409,
      message,
      retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } },
    );
  }
}
