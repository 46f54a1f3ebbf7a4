import type { AddressInfo } from 'node:net';
import fp from 'fastify-plugin';
import type { Clock } from '../clock.ts';
import type { Notify } from '../supervision/notify-socket.ts';
import { Supervisor } from '../supervision/supervisor.ts';

export interface Supervision {
  notify: Notify;
  watchdogMs: number | undefined;
}

interface Options extends Supervision {
  clock: Clock;
}

/** Tells the service manager when the server serves, and from then on that its control loop goes on. */
export default fp<Options>(
  async (app, { clock, notify, watchdogMs }) => {
    const { collector, log } = app;
    const supervisor = new Supervisor({
      clock,
      watchdogMs,
      notify(message) {
        try {
          notify(message);
        } catch (error) {
          log.error(error, 'the service manager cannot be told');
        }
      },
      standstill: () => collector.standstill,
      onStandstill: (what) => log.fatal(`${what}: the service manager will end this process and start another one`),
    });
    app.addHook('onListen', async () => {
      const { port } = app.server.address() as AddressInfo;
      supervisor.ready(`serving port ${port}`);
    });
    app.addHook('preClose', async () => supervisor.stopping());
  },
  { name: 'supervision', dependencies: ['collector'] },
);
