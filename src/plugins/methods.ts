import type { HTTPMethods } from 'fastify';
import fp from 'fastify-plugin';
import { HttpProblem } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers 405 with `Allow` for every method that the routes registered so far do not have. Call it once, last. */
    refuseOtherMethods(): void;
  }
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A wrong method on a right path is a 405 and not a 404: the path is fine. */
export default fp(
  async (app) => {
    const known = new Map<string, Set<string>>();
    app.addHook('onRoute', ({ url, method }) => {
      if (!url.startsWith('/api/')) return;
      const methods = known.get(url) ?? new Set();
      for (const name of [method].flat()) methods.add(name.toUpperCase());
      known.set(url, methods);
    });

    app.decorate('refuseOtherMethods', () => {
      for (const [url, methods] of [...known]) {
        const allow = [...methods].join(', ');
        app.route({
          url,
          method: METHODS.filter((method) => !methods.has(method)),
          schema: { hide: true },
          // Before the body is read: what it holds does not matter here.
          onRequest: async (request) => {
            throw new HttpProblem(405, `${request.method} is not possible here, only ${allow}`, { headers: { allow } });
          },
          handler: async () => undefined,
        });
      }
    });
  },
  { name: 'methods', dependencies: ['problems'] },
);
