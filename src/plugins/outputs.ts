import fp from 'fastify-plugin';
import type { OutputConfig } from '../../schemas/devices.ts';
import type { OutputBank } from '../outputs/bank.ts';
import { noteDriven } from '../outputs/driven.ts';
import type { Pins } from '../pins.ts';

declare module 'fastify' {
  interface FastifyInstance {
    outputs: OutputBank;
  }
}

interface Options {
  pins: Pins;
  /** What was claimed, as configured. */
  configs: readonly OutputConfig[];
  /** Where a note of what is driven is left, for the end that nobody chooses. */
  directory: string;
}

/** Hands out the outputs, and leaves them safe at the end. */
export default fp<Options>(
  async (app, { pins, configs, directory }) => {
    const { hardware, outputs } = pins;
    pins.onFault = (output, fault) => app.log.error(fault, `output ${output} did not obey at the end of its pulse`);
    try {
      noteDriven(directory, { driver: hardware.driver.name, outputs: configs });
    } catch (error) {
      app.log.warn(error, 'what is driven cannot be noted: after a crash, what was noted before is made safe');
    }
    app.decorate('outputs', outputs);
    // First of all, before requests in flight, the network or the disk are waited for; also after a start that failed.
    app.addHook('preClose', async () => {
      try {
        outputs.makeSafe();
      } catch (fault) {
        app.log.error(fault, 'not every output is safe yet: it is tried again at the end');
      }
    });
    // What did not obey then, and the outputs that had to stay off for it.
    app.addHook('onClose', async () => outputs.makeSafe());
  },
  { name: 'outputs', dependencies: ['hardware'] },
);
