import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema, onSendAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { EVERYWHERE, problems } from '../../schemas/problem.ts';
import { writeOptionalBodies } from './optional-bodies.ts';
import { shareResponses } from './shared-responses.ts';

interface Options {
  title: string;
  version: string;
}

const DESCRIPTION = `Sensors and outputs of this device, served by itself.

Reads are open unless the device is set up otherwise; every write asks for the key in the header \`X-API-Key\`:
press **Authorize** and paste it. Every error is a problem document (RFC 9457) whose \`error\` says what was wrong.
Times are UTC, durations are seconds.`;

const KEY_DESCRIPTION =
  'The key of this device: the value of `EDGE_API_KEY`, or what stands in the file `api-key` of its data directory.';

/**
 * Nothing but this device, so that the page also works without internet. Not the package's own policy: its
 * `upgrade-insecure-requests` asks for scripts over HTTPS, which leaves the page empty wherever the address is not
 * loopback.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Room for what matters on a phone: a column that is always empty goes, and bodies of one line get less than a page. */
const CSS = `
.swagger-ui .response-col_links { display: none; }
.swagger-ui textarea.body-param__text { min-height: 0; height: 6em; }
`;

/** The package's page names no viewport: without one a phone shows it as wide as a desk and too small to read. */
const PHONE_JS =
  "document.head.append(Object.assign(document.createElement('meta'), " +
  "{ name: 'viewport', content: 'width=device-width, initial-scale=1' }));";

/** The address in the written document, as JSON and as YAML, in which a JSON string is a string too. */
const SERVER = /^(\{.*?"servers":\[\{"url":|.*?\nservers:\n {2}- url: )(?:"\/"|\/)/s;

/** The OpenAPI document, made from the routes' own schemas, and Swagger UI at /docs with its files served from here. */
export default fp<Options>(
  async (app, { title, version }) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.1',
        info: { title, version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
        servers: [{ url: '/', description: 'This device' }],
        tags: [
          { name: 'Device', description: 'What is going on right now, and whether all is well.' },
          { name: 'Sensors', description: 'Values that are read, and their past.' },
          { name: 'Outputs', description: 'Pins that are switched.' },
          { name: 'Rules', description: 'What the device decides by itself.' },
          { name: 'Alerts', description: 'What rules have seen, from the start of an episode to its end.' },
          { name: 'Uplink', description: 'What goes upstream, and what waits.' },
        ],
        components: {
          securitySchemes: {
            ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: KEY_DESCRIPTION },
          },
        },
      },
      transformObject: (made) => {
        const document = 'openapiObject' in made ? made.openapiObject : made.swaggerObject;
        shareResponses(document as Parameters<typeof shareResponses>[0]);
        writeOptionalBodies(document as Parameters<typeof writeOptionalBodies>[0]);
        return document;
      },
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => (json.$id as string) ?? `schema-${index}`,
      },
    });
    app.addHook('onRoute', (route) => {
      if (route.url.startsWith('/api/') && route.schema?.hide !== true) route.schema = withCommonProblems(route.schema);
      if (route.url === '/docs/json' || route.url === '/docs/yaml') route.onSend = leadToClient;
    });
    const leadToClient: onSendAsyncHookHandler<unknown> = async (request, _reply, payload) => {
      const base = app.publicBase(request);
      return base === '' || typeof payload !== 'string'
        ? payload
        : payload.replace(SERVER, (_, before) => before + JSON.stringify(base));
    };
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      // The files of the page are found beside it, under whatever path a proxy serves it.
      indexPrefix: '.',
      staticCSP: CONTENT_SECURITY_POLICY,
      theme: {
        title,
        css: [{ filename: 'theme.css', content: CSS }],
        js: [{ filename: 'phone.js', content: PHONE_JS }],
      },
      uiConfig: {
        docExpansion: 'list',
        tryItOutEnabled: true,
        displayRequestDuration: true,
        defaultModelsExpandDepth: 0,
        // Without the bar for loading other documents, which the policy above refuses anyway.
        layout: 'BaseLayout',
      },
    });
  },
  { name: 'openapi', dependencies: ['forwarded'] },
);

/** A route lists what its handler answers; what happens to a request on its way there is the same for all. */
function withCommonProblems(schema: FastifySchema = {}): FastifySchema {
  const { params, body, response } = schema;
  const common = [...EVERYWHERE, ...(params ? [414 as const] : []), ...(body ? [413 as const, 415 as const] : [])];
  return { ...schema, response: { ...problems(...common), ...(response as object) } };
}
