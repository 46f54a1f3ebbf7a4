import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { RuleDefinitionSchema, RuleParamsSchema, RuleSchema } from '../../schemas/rules.ts';
import { HttpProblem } from '../plugins/problems.ts';
import { RuleNeeded, RuleRefused } from '../rules/rule-book.ts';
import { fromStore } from './from-store.ts';
import { requireRule } from './require-rule.ts';

const tags = ['Rules'];
const LOCATION = { type: 'string', description: 'Path of the rule.' };

const ruleCommands: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    '/rules/:id',
    {
      schema: {
        operationId: 'putRule',
        summary: 'Make a rule, or put another one in its place',
        description:
          'On disk and at work when the answer is written; it decides at once with the last good value. A rule of the ' +
          'configuration file with this name rests meanwhile. Other rules go on as they were.',
        tags,
        params: RuleParamsSchema,
        body: Named(RuleDefinitionSchema),
        response: {
          200: Named(RuleSchema, 'It took the place of the rule before it.'),
          201: { ...Named(RuleSchema, 'It is new.'), headers: { Location: LOCATION } },
          ...problems(400, 413, 415, 500, 503, 507),
        },
      },
    },
    async ({ params: { id }, body }, reply) => {
      const put = () =>
        app.ruleBook.put(id, body).catch((error) => {
          throw error instanceof RuleRefused ? refused(error) : error;
        });
      const { created } = await fromStore(app, put);
      if (created) reply.header('location', `/api/rules/${id}`);
      return reply.code(created ? 201 : 200).send(requireRule(app.ruleBook, id));
    },
  );

  app.delete(
    '/rules/:id',
    {
      schema: {
        operationId: 'deleteRule',
        summary: 'Take a rule away',
        description:
          'Its output goes to its safe state. A rule of the configuration file with this name holds again; such a rule ' +
          'itself can only be taken out of the file. Refused (409) where that one would keep another rule from running.',
        tags,
        params: RuleParamsSchema,
        response: { 204: Type.Null({ description: 'It is gone.' }), ...problems(400, 404, 409, 500, 503, 507) },
      },
    },
    async ({ params: { id } }, reply) => {
      const gone = () =>
        app.ruleBook.delete(id).catch((error) => {
          throw error instanceof RuleNeeded ? new HttpProblem(409, error.message) : error;
        });
      const found = await fromStore(app, gone);
      if (found === 'none') requireRule(app.ruleBook, id);
      if (found === 'of the file') {
        throw new HttpProblem(409, `The rule ${id} is one of the configuration file: take it out there`);
      }
      return reply.code(204).send(null);
    },
  );
};
export default ruleCommands;

function refused({ faults }: RuleRefused): HttpProblem {
  const errors = faults.map(({ member, message }) => ({ path: `/body/${member}`, message }));
  const [first] = faults;
  const valid = faults.find((fault) => fault.valid)?.valid;
  const name = first?.member.split('/').at(-1);
  return new HttpProblem(400, `${name} ${first?.message}`, { errors, ...(valid && { valid }) });
}
