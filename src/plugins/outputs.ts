import fp from 'fastify-plugin';
import type { OutputBank } from '../outputs/bank.ts';
import type { Pins } from '../pins.ts';

declare module 'fastify' {
  interface FastifyInstance {
    outputs: OutputBank;
    /** At the end, when nobody reads them any more. Those that are not safe yet are kept, and are made safe last of all. */
    givePinsBack(): Promise<void>;
  }
}

interface Options {
  pins: Pins;
}

/** Hands out the outputs, and makes them safe as the first thing of an end. The plugin of the hardware does it as the last. */
export default fp<Options>(
  async (app, { pins }) => {
    const { outputs, unnoted } = pins;
    pins.onFault = (output, fault) => app.log.error(fault, `output ${output} does not obey: it is tried again`);
    app.addHook('onReady', async () => {
      if (unnoted === undefined) return;
      app.log[app.store.faultLevel](
        unnoted,
        'what is driven cannot be noted: after a crash, what was noted before is made safe',
      );
    });
    app.decorate('outputs', outputs);
    let safe = false;
    // Before requests in flight, the network or the disk are waited for; also after a start that failed.
    app.addHook('preClose', async () => {
      try {
        outputs.makeSafe();
        safe = true;
      } catch (fault) {
        app.log.error(fault, 'not every output is safe yet: it is tried again at the end');
      }
    });
    app.decorate('givePinsBack', async () => {
      if (safe) await pins.release().catch((fault) => app.log.error(fault, 'the pins could not be given back'));
    });
  },
  { name: 'outputs', dependencies: ['hardware'] },
);
