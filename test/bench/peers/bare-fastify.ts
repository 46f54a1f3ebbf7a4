import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

/** Fastify as it comes: sends prepared values, by path, without schemas. Called with a port and a file of bodies by path. */
const [, , port, file = ''] = process.argv;
const values = new Map<string, unknown>(
  Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>).map(([path, body]) => [
    path,
    JSON.parse(body),
  ]),
);

const app = Fastify();
app.route({
  method: ['GET', 'POST'],
  url: '/*',
  handler: async (request) => values.get(request.url) ?? {},
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
