import fastifyCors from '@fastify/cors';
import fp from 'fastify-plugin';

interface Options {
  origins: readonly string[];
}

/** Which pages may call the API from a browser: none, unless they are listed. */
export default fp<Options>(
  async (app, { origins }) => {
    if (origins.length === 0) return;
    const every = origins.includes('*');
    if (every) {
      app.log.warn(
        'CORS is open to every site (cors_origins has "*"): any page in a browser near this device can call it',
      );
    }
    await app.register(fastifyCors, {
      origin: every ? '*' : [...origins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: ['X-API-Key', 'Content-Type'],
      exposedHeaders: ['Retry-After', 'Allow', 'Location'],
      maxAge: 600,
      // An OPTIONS that is no preflight gets the methods of its path.
      strictPreflight: false,
    });
  },
  { name: 'cors' },
);
