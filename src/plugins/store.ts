import { join } from 'node:path';
import fp from 'fastify-plugin';
import type { Clock } from '../clock.ts';
import { Store } from '../store/store.ts';

declare module 'fastify' {
  interface FastifyInstance {
    store: Store;
  }
}

interface Options {
  directory: string;
  commitEveryMs: number;
  maxBytes: number;
  windowMs: number;
  clock: Clock;
}

/** Opens the database at boot; writes what is pending and closes it at the end. */
export default fp<Options>(
  async (app, { directory, ...options }) => {
    const store = await Store.open({ file: join(directory, 'edge.db'), ...options });
    app.decorate('store', store);
    app.addHook('onClose', async () => {
      await store.close();
      const { pendingRows, lastError } = store.health();
      if (pendingRows > 0) app.log.error(`${pendingRows} readings could not be stored and are lost: ${lastError}`);
    });
  },
  { name: 'store' },
);
