import fp from 'fastify-plugin';
import { HttpProblem } from './problems.ts';

/** A server that starts again is there after this long. */
const RETRY_AFTER_S = '10';

/** What comes over an open connection while the server stops is told to come back, in the words of every other error. */
export default fp(
  async (app) => {
    let stopping = false;
    app.addHook('preClose', async () => {
      stopping = true;
    });
    app.addHook('onRequest', (_request, _reply, done) => {
      const problem = () =>
        new HttpProblem(503, 'The server is stopping: try again later', { headers: { 'retry-after': RETRY_AFTER_S } });
      done(stopping ? problem() : undefined);
    });
  },
  { name: 'stopping', dependencies: ['problems'] },
);
