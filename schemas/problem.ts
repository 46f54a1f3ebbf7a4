import { type Static, Type } from '@sinclair/typebox';
import { Named } from './primitives.ts';

/** Every error of the API, as `application/problem+json` (RFC 9457). `error` takes the place of RFC 9457's `detail`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'Kind of problem; "about:blank" says: see `status`.' }),
    title: Type.String({ description: 'The kind of problem in words: the same for every occurrence.' }),
    status: Type.Integer({ minimum: 400, maximum: 599, description: 'HTTP status.' }),
    error: Type.String({ description: 'What was wrong this time, in one sentence.' }),
    valid: Type.Optional(Type.Array(Type.String(), { description: 'The values that would have been accepted.' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'Where: `/body/action`, `/querystring/limit`.' }),
          message: Type.String({ description: 'What was expected there.' }),
        }),
        { description: 'One entry for each invalid field.' },
      ),
    ),
    request_id: Type.String({ description: "The request's id in the server's log." }),
  },
  {
    $id: 'Problem',
    examples: [
      {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        error: 'Unknown action: blink',
        valid: ['on', 'off', 'toggle'],
        errors: [{ path: '/body/action', message: 'must be one of on, off, toggle' }],
        request_id: 'req-7',
      },
    ],
  },
);
export type Problem = Static<typeof ProblemSchema>;

/** What each error status means, and what `error` says in the document's example of it. */
const STATUSES = {
  400: ['Bad Request', 'The request is not valid: nothing was changed.', 'Unknown action: blink'],
  401: [
    'Unauthorized',
    'Invalid or missing API key; on a read, only where the device protects reads.',
    'Invalid or missing API key',
  ],
  404: ['Not Found', 'There is no such thing.', 'There is no output "pump"'],
  405: [
    'Method Not Allowed',
    'The path is fine, the method is not; `OPTIONS` names the possible ones as well.',
    'PATCH is not possible here, only GET, HEAD',
  ],
  408: ['Request Timeout', 'The request took too long to arrive.', 'The request took too long to arrive'],
  409: [
    'Conflict',
    'It cannot be done as the device is set up.',
    'There is no uplink: set uplink.url or EDGE_UPLINK_URL',
  ],
  413: ['Payload Too Large', 'The body is larger than 16 KiB.', 'The body is larger than 16 KiB'],
  414: ['URI Too Long', 'A part of the path is longer than any id.', 'A part of the path is too long'],
  415: ['Unsupported Media Type', 'The body is not JSON.', 'The body must be sent as application/json'],
  421: [
    'Misdirected Request',
    'The `Host` of the request is not a name of this device; see `http.hosts` of the configuration.',
    'This device is not called evil.example: use its address or its own name, or add the name to http.hosts',
  ],
  429: [
    'Too Many Requests',
    'Too many wrong API keys from this address; see `Retry-After`.',
    'Too many wrong API keys from this address: try again in 42 s',
  ],
  431: ['Request Header Fields Too Large', 'The headers are larger than 16 KiB.', 'The headers are larger than 16 KiB'],
  500: [
    'Internal Server Error',
    'A fault of the server; its log has the details under `request_id`.',
    'The server failed at this; its log has the details',
  ],
  503: [
    'Service Unavailable',
    'The part of the server that this needs is not working at the moment; see `/api/health`.',
    'What is stored is out of reach: disk I/O error',
  ],
  507: [
    'Insufficient Storage',
    'The disk is full: nothing was changed; see `/api/health`.',
    'It cannot be stored: database or disk is full',
  ],
} as const;

const RETRY_AFTER = { type: 'string', description: 'Seconds after which it can work; not there where nobody knows.' };

/** What an answer says in headers beside the problem. */
const HEADERS: { [status: number]: Record<string, object> } = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'Names the header that the key belongs in.' } },
  405: { Allow: { type: 'string', description: 'The possible methods.' } },
  409: { 'Retry-After': RETRY_AFTER },
  429: { 'Retry-After': RETRY_AFTER },
  503: { 'Retry-After': RETRY_AFTER },
};

type KnownStatus = keyof typeof STATUSES;

/** What can become of any request, whatever it asks for. */
export const EVERYWHERE: readonly KnownStatus[] = [400, 405, 408, 421, 431, 500, 503];

/** Response schemas for the error statuses that a route can send. */
export function problems(...statuses: readonly KnownStatus[]): Record<string, object> {
  return Object.fromEntries(
    statuses.map((status) => {
      const [title, description, error] = STATUSES[status];
      const example: Problem = { type: 'about:blank', title, status, error, request_id: 'req-7' };
      return [
        status,
        {
          description,
          ...(HEADERS[status] && { headers: HEADERS[status] }),
          content: { 'application/problem+json': { schema: Named(ProblemSchema), example } },
        },
      ];
    }),
  );
}
