import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest, preParsingAsyncHookHandler, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { HttpProblem } from './problems.ts';

const BODY_HEADERS = ['content-type', 'content-length', 'transfer-encoding'];
const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false };

/**
 * What an operation does not know is refused, and never ignored: a body for one that takes none, a query for a read that
 * has no parameters. That there is no body is fine, whatever type a client gives to it: many libraries name one always.
 */
export default fp(
  async (app) => {
    app.addHook('onRoute', (route) => {
      if (!route.url.startsWith('/api/')) return;
      const { schema = {} } = route;
      if (isRead(route)) route.schema = { ...schema, querystring: schema.querystring ?? NO_QUERY };
      else if (schema.body === undefined) route.preParsing = [refuseBody, ...[route.preParsing ?? []].flat()];
    });
  },
  { name: 'undocumented-input', dependencies: ['problems', 'empty-bodies'] },
);

const isRead = ({ method }: RouteOptions) => [method].flat().every((name) => name === 'GET' || name === 'HEAD');

const refuseBody: preParsingAsyncHookHandler = async (request, _reply, payload) => {
  const { method, raw } = request;
  if (await hasContent(raw.headers, payload)) {
    throw new HttpProblem(400, `${method} ${pathOf(request)} takes no body`, {
      errors: [{ path: '/body', message: 'must be empty' }],
    });
  }
  // Else a parser would be asked for the type.
  for (const name of BODY_HEADERS) delete raw.headers[name];
  return payload;
};

const pathOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? '';

/** Whether a body has at least one byte; a chunked one says so only when it arrives. */
async function hasContent(headers: IncomingHttpHeaders, payload: NodeJS.ReadableStream): Promise<boolean> {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (encoding === undefined) return Number(length ?? 0) > 0;
  return new Promise((resolve, reject) => {
    const cut = () => reject(new HttpProblem(400, 'The body ended too early'));
    payload.once('data', () => resolve(true)).once('end', () => resolve(false));
    payload.once('error', cut).once('close', cut);
  });
}
