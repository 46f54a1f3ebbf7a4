import fp from 'fastify-plugin';
import type { OpenHardware } from '../hardware/open.ts';
import type { Pins } from '../pins.ts';

declare module 'fastify' {
  interface FastifyInstance {
    hardware: OpenHardware;
  }
}

interface Options {
  pins: Pins;
}

/** The way to the pins: there first of all, and given back last of all. */
export default fp<Options>(
  async (app, { pins }) => {
    const { hardware } = pins;
    app.log.info(`pins: ${hardware.driver.description}, because ${hardware.why}`);
    hardware.driver.onFault?.((fault) => {
      hardware.fault = fault?.message;
      if (fault) app.log.error(fault.message);
      else app.log.warn('pins: all are driven again');
    });
    app.decorate('hardware', hardware);
    // What did not obey at first, and the outputs that had to stay off for it, are made safe here.
    app.addHook('onClose', () => pins.release());
  },
  { name: 'hardware' },
);
