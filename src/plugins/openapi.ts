import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';

interface Options {
  title: string;
  version: string;
}

const DESCRIPTION = `Sensors and outputs of this device, served by itself.

Reads are open unless the device is set up otherwise; every write asks for the key in the header \`X-API-Key\`:
press **Authorize** and paste it. Every error is a problem document (RFC 9457) whose \`error\` says what was wrong.
Times are UTC, durations are seconds.`;

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
        ],
        components: {
          securitySchemes: {
            ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key of this device.' },
          },
        },
      },
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => (json.$id as string) ?? `schema-${index}`,
      },
    });
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      theme: { title },
      uiConfig: {
        docExpansion: 'list',
        tryItOutEnabled: true,
        persistAuthorization: true,
        displayRequestDuration: true,
      },
    });
  },
  { name: 'openapi' },
);
