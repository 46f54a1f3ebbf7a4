import fp from 'fastify-plugin';
import type { OpenHardware } from '../hardware/open.ts';

declare module 'fastify' {
  interface FastifyInstance {
    hardware: OpenHardware;
  }
}

interface Options {
  hardware: OpenHardware;
}

/** The way to the pins: there first of all, and closed last of all. */
export default fp<Options>(
  async (app, { hardware }) => {
    app.log.info(`pins: ${hardware.driver.description}, because ${hardware.why}`);
    hardware.driver.onFault?.((fault) => {
      hardware.fault = fault?.message;
      if (fault) app.log.error(fault.message);
      else app.log.warn('pins: all are driven again');
    });
    app.decorate('hardware', hardware);
    app.addHook('onClose', () => hardware.driver.close());
  },
  { name: 'hardware' },
);
