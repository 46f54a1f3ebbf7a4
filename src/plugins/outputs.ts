import fp from 'fastify-plugin';
import type { OutputConfig } from '../../schemas/devices.ts';
import type { Clock } from '../clock.ts';
import { OutputBank } from '../outputs/bank.ts';
import { noteDriven } from '../outputs/driven.ts';

declare module 'fastify' {
  interface FastifyInstance {
    outputs: OutputBank;
  }
}

interface Options {
  outputs: readonly OutputConfig[];
  clock: Clock;
  /** Where a note of what is driven is left, for the end that nobody chooses. */
  directory: string;
}

/** Claims the outputs at boot and leaves them safe at the end. */
export default fp<Options>(
  async (app, { outputs, clock, directory }) => {
    const { driver } = app.hardware;
    const bank = await OutputBank.claim(outputs, driver, {
      clock,
      onFault: (output, fault) => app.log.error(fault, `output ${output} did not obey at the end of its pulse`),
    });
    try {
      noteDriven(directory, { driver: driver.name, outputs });
    } catch (error) {
      app.log.warn(error, 'what is driven cannot be noted: after a crash, what was noted before is made safe');
    }
    app.decorate('outputs', bank);
    // First of all, before requests in flight, the network or the disk are waited for; and again at the very end.
    app.addHook('preClose', async () => {
      try {
        bank.makeSafe();
      } catch (fault) {
        app.log.error(fault, 'not every output is safe yet: it is tried again at the end');
      }
    });
    app.addHook('onClose', async () => bank.makeSafe());
  },
  { name: 'outputs', dependencies: ['hardware'] },
);
