import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Clock } from '../clock.ts';
import { type OpenHardware, openHardware } from '../hardware/open.ts';

declare module 'fastify' {
  interface FastifyInstance {
    hardware: OpenHardware;
  }
}

interface Options {
  wish: Config['hardware']['driver'];
  clock: Clock;
  root: string;
  /** Hardware that is open already; tests keep their hands on it. */
  hardware?: OpenHardware | undefined;
}

/** Opens the way to the pins first of all, and closes it last of all. */
export default fp<Options>(
  async (app, { wish, clock, root, hardware }) => {
    const open = hardware ?? (await openHardware(wish, { clock, root }));
    app.log.info(`pins: ${open.driver.description}, because ${open.why}`);
    open.driver.onFault?.((fault) => {
      open.fault = fault?.message;
      if (fault) app.log.error(fault.message);
      else app.log.warn('pins: all are driven again');
    });
    app.decorate('hardware', open);
    app.addHook('onClose', () => open.driver.close());
  },
  { name: 'hardware' },
);
