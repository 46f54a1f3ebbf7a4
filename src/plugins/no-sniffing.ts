import fp from 'fastify-plugin';

/** Keeps browsers from taking an answer for anything but what its type says. */
export const NO_SNIFFING = { 'x-content-type-options': 'nosniff' } as const;

/** On every answer; those that never reach a hook bring the header themselves. */
export default fp(
  async (app) => {
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers(NO_SNIFFING);
      done();
    });
  },
  { name: 'no-sniffing' },
);
