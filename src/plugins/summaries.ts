import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Loop } from '../loop.ts';
import { windowCloser } from '../summaries/closer.ts';
import type { TrustedClock } from '../timekeeping/trusted-clock.ts';

declare module 'fastify' {
  interface FastifyInstance {
    windowCloser: Loop;
    /** Called after windows were closed: what makes items may have work for what sends them. */
    onWindowsClosed(listener: () => void): void;
  }
}

interface Options {
  clock: TrustedClock;
  config: Pick<Config, 'uplink'>;
}

/** Turns windows that are over into summaries and, where something listens upstream, into outbox rows. */
export default fp<Options>(
  async (app, { clock, config: { uplink } }) => {
    const { store, publishing, latest, log } = app;
    const units = Object.fromEntries(latest.sensors.map(({ id, unit }) => [id, unit]));
    const listeners: (() => void)[] = [];

    const closer = windowCloser({
      clock,
      windowMs: uplink.window_s * 1000,
      async close(now) {
        await store.flush(); // the last rows of the window may still wait in their batch
        return store.ask('closeWindows', { ...publishing(), now, units });
      },
      onClosed() {
        for (const listener of listeners) listener();
      },
      onFault: (fault) => log.error(fault, 'windows could not be closed; they stay open until it works'),
    });
    app.decorate('windowCloser', closer);
    app.decorate('onWindowsClosed', (listener: () => void) => void listeners.push(listener));
    app.timekeeping.onSettled(() => closer.wake());
    app.addHook('onListen', async () => closer.wake());
    app.addHook('onClose', () => closer.stop());
  },
  { name: 'summaries', dependencies: ['store', 'collector', 'timekeeping'] },
);
