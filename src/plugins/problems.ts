import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Problem } from '../../schemas/problem.ts';
import { explain, pointerMembers, type SchemaError } from '../validation/explain.ts';
import { NO_SNIFFING } from './no-sniffing.ts';
import { titleOf } from './status-titles.ts';

interface Details {
  valid?: string[];
  errors?: NonNullable<Problem['errors']>;
  headers?: Record<string, string>;
}

/** What a handler throws to answer with an error: the status and one sentence about this occurrence. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly statusCode: number;
  readonly details: Details;

  constructor(statusCode: number, message: string, details: Details = {}) {
    super(message);
    this.statusCode = statusCode;
    this.details = details;
  }
}

/** Errors of the framework in our words: they name codes and classes, a client wants to know what to change. */
const WORDS: Record<string, string> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be sent as application/json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, but JSON is expected',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than 16 KiB',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says',
  FST_ERR_BAD_URL: 'The path is not a valid URL',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is too long',
};

/** One exit for every error: writes the body, and logs faults of ours with their stack and the others in one line. */
export default fp(
  async (app) => {
    app.setErrorHandler(answerError);
    // For files that are not there; what no route has is refused before its body is read.
    app.setNotFoundHandler((request, reply) => answerError(notFound(request), request, reply));
  },
  { name: 'problems' },
);

export const notFound = (request: FastifyRequest): HttpProblem =>
  new HttpProblem(404, `There is no ${request.method} ${shorten(pathOf(request))}`);

/** Also for the errors that the framework meets before it has found a route. */
export function answerError(
  error: FastifyError | HttpProblem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error.statusCode !== undefined && error.statusCode >= 400 ? error.statusCode : 500;
  const occurrence = toOccurrence(error, status);
  if (status >= 500) request.log.error(error, 'request failed');
  else request.log.info({ status, error: occurrence.error }, 'request refused');
  return send(request, reply, status, occurrence);
}

type Occurrence = { error: string } & Details;

function toOccurrence(error: FastifyError | HttpProblem, status: number): Occurrence {
  if (error instanceof HttpProblem) return { error: error.message, ...error.details };
  if (error.validation)
    return explainValidation(error.validation as SchemaError[], error.validationContext ?? 'request');
  if (status >= 500) return { error: 'The server failed at this; its log has the details' };
  return { error: WORDS[error.code] ?? shorten(error.message) };
}

function explainValidation(faults: SchemaError[], context: string): Occurrence {
  const explanations = faults.map(explain);
  const [first] = explanations;
  const errors = explanations.map(({ pointer, message }) => ({ path: `/${context}${pointer}`, message }));
  const name = first === undefined ? '' : pointerMembers(first.pointer).at(-1);
  const valid = explanations.find((explanation) => explanation.valid)?.valid;
  return {
    error: sentence(faults[0], name, first?.message ?? 'is not valid', context),
    errors,
    ...(valid ? { valid } : {}),
  };
}

/** The chapter's words for a value that is not on the list ("Unknown action: blink"), else place and expectation. */
function sentence(fault: SchemaError | undefined, name: string | undefined, message: string, context: string): string {
  const value = (fault as { data?: unknown } | undefined)?.data;
  if (fault?.keyword === 'enum' && name && typeof value === 'string') return `Unknown ${name}: ${shorten(value)}`;
  return name ? `${shorten(name)} ${message}` : `The ${context} ${message}`;
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  { headers = {}, ...occurrence }: Occurrence,
): FastifyReply {
  const problem: Problem = {
    type: 'about:blank',
    title: titleOf(status),
    status,
    ...occurrence,
    request_id: request.id,
  };
  // Not through the route's serialiser: an error must leave even where a route did not foresee its status.
  const all = { ...NO_SNIFFING, ...headers };
  return reply.code(status).headers(all).type('application/problem+json').serializer(JSON.stringify).send(problem);
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

/** What a client sent comes back to it only in part: it may be long, and it may be hostile. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
