import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Loop } from '../loop.ts';
import { retentionLoop } from '../store/retention-loop.ts';
import type { TrustedClock } from '../timekeeping/trusted-clock.ts';

declare module 'fastify' {
  interface FastifyInstance {
    retention: Loop;
  }
}

interface Options {
  clock: TrustedClock;
  config: Pick<Config, 'store'>;
}

const DAY_MS = 86_400_000;

/** Keeps the database within its room: every minute, and at once when a commit finds it full. */
export default fp<Options>(
  async (app, { clock, config: { store: limits } }) => {
    const { store, publishing, latest, log } = app;
    const units = Object.fromEntries(latest.sensors.map(({ id, unit }) => [id, unit]));
    let dropped = store.health().droppedReadings;

    const loop = retentionLoop({
      clock,
      step() {
        reportDropped();
        // By a clock that may be wrong nothing is old.
        const keepReadingsMs = clock.trusted ? limits.keep_readings_days * DAY_MS : Number.POSITIVE_INFINITY;
        return store.ask('retain', { ...publishing(), units, keepReadingsMs });
      },
      onFault: (fault) => log[store.faultLevel](fault, 'no room could be made on disk'),
    });

    function reportDropped(): void {
      const { droppedReadings } = store.health();
      if (droppedReadings > dropped) {
        log.warn(`${droppedReadings - dropped} more readings will never be sent`);
      }
      dropped = droppedReadings;
    }

    app.decorate('retention', loop);
    store.whenFull(() => loop.tick());
    app.addHook('onListen', async () => loop.start());
    app.addHook('onClose', () => loop.stop());
  },
  { name: 'retention', dependencies: ['store', 'collector', 'timekeeping'] },
);
