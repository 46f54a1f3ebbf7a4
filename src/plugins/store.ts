import { join } from 'node:path';
import fp from 'fastify-plugin';
import type { Cancel, Clock } from '../clock.ts';
import { Loop } from '../loop.ts';
import { LOOK_EVERY_MS } from '../store/disk-watch.ts';
import { describeMigration } from '../store/kept-database.ts';
import type { Publishing } from '../store/records.ts';
import { Store } from '../store/store.ts';

declare module 'fastify' {
  interface FastifyInstance {
    store: Store;
    /** For whom items are made, as of now. */
    publishing: () => Publishing;
  }
}

interface Options {
  directory: string;
  commitEveryMs: number;
  maxBytes: number;
  windowMs: number;
  /** How often readings come, to be written. */
  collectEveryMs: number;
  clock: Clock;
  publishing: () => Publishing;
}

/** A disk that stalls holds up the end for so long at most: a second more than requests in flight may. */
const END_WITHIN_MS = 4000;

const UNTIL_THEN =
  'Until it is back, readings and what outputs and rules do wait in memory, rules of the API and readings of before the ' +
  'start are missing, and what is driven is not noted for make-safe.';

/** Opens the database at boot; looks at its disk; writes what is pending and closes it at the end. */
export default fp<Options>(
  async (app, { directory, collectEveryMs, ...options }) => {
    const { log } = app;
    const store = await Store.open({
      file: join(directory, 'edge.db'),
      before: app.device.unkept,
      ...options,
      onRecovered({ reason, file, items, readings }) {
        const saved = `${items} items for upstream and ${readings} readings were saved from it`;
        log.error(`a file of the database was broken (${reason}): ${saved}, and it was set aside as ${file}`);
      },
      onMigrated: (migrated) => log[migrated.kept === null ? 'warn' : 'info'](describeMigration(migrated)),
    });
    const { lastError } = store.health();
    if (lastError !== null) log.error(`the database is out of reach: ${lastError.replace(/\.$/, '')}. ${UNTIL_THEN}`);
    const watch = new Loop({
      clock: options.clock,
      pauseMs: () => LOOK_EVERY_MS,
      turn: () => store.probe(collectEveryMs),
      onFault: (fault) => log.error(fault, 'the disk could not be looked at'),
    });
    app.decorate('store', store).decorate('publishing', options.publishing);
    app.addHook('onListen', async () => watch.start());
    let cancel: Cancel = () => {};
    app.addHook('preClose', async () => {
      cancel = options.clock.after(END_WITHIN_MS, () => store.abandon());
    });
    app.addHook('onClose', async () => {
      await watch.stop();
      await store.close();
      cancel();
      const { pendingRows, lastError } = store.health();
      if (pendingRows > 0) app.log.error(`${pendingRows} readings could not be stored and are lost: ${lastError}`);
    });
  },
  { name: 'store' },
);
