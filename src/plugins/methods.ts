import fp from 'fastify-plugin';
import { HttpProblem, notFound } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Refuses what no route of the server has, before a body is read. Call it once, behind what may answer before. */
    refuseUnknownRoutes(): void;
  }
}

/**
 * A wrong method on a right path is a 405 that names the right ones, and `OPTIONS` asks for just these: the path is fine,
 * whatever the method.
 */
export default fp(
  async (app) => {
    const byPath = new Map<string, Set<string>>();
    const patterns: { matches: RegExp; methods: Set<string> }[] = [];
    app.addHook('onRoute', ({ url, method }) => {
      // Of the plugin for other origins: it answers OPTIONS everywhere.
      if (url === '*') return;
      const methods = byPath.get(url) ?? new Set();
      for (const name of [method].flat()) methods.add(name.toUpperCase());
      if (!byPath.has(url)) patterns.push({ matches: toPattern(url), methods });
      byPath.set(url, methods);
    });

    /** The methods of a path; undefined where there is no such path. */
    function methodsOf(url: string): string[] | undefined {
      const [path = ''] = url.split('?', 1);
      const found = patterns.filter(({ matches }) => path === '*' || matches.test(path));
      return found.length === 0 ? undefined : [...new Set(found.flatMap(({ methods }) => [...methods]))];
    }

    const allow = (methods: readonly string[]) => ({ allow: [...methods, 'OPTIONS'].join(', ') });

    app.addHook('onRequest', (request, reply, done) => {
      if (request.method === 'OPTIONS') reply.headers(allow(methodsOf(request.url) ?? []));
      done();
    });

    app.decorate('refuseUnknownRoutes', () => {
      app.addHook('onRequest', async (request, reply) => {
        if (!request.is404) return;
        const methods = methodsOf(request.url);
        if (methods === undefined) throw notFound(request);
        if (request.method === 'OPTIONS') return reply.code(204).send();
        const sentence = `${request.method} is not possible here, only ${methods.join(', ')}`;
        throw new HttpProblem(405, sentence, { headers: allow(methods) });
      });
    });
  },
  { name: 'methods', dependencies: ['problems'] },
);

/** What the paths of a route look like: `:name` stands for one part, `*` for any rest. */
function toPattern(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/').replaceAll('*', '.*')}$`);
}
