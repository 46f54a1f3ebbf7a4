import fp from 'fastify-plugin';
import type { OutputConfig } from '../../schemas/devices.ts';
import type { Clock } from '../clock.ts';
import { OutputBank } from '../outputs/bank.ts';

declare module 'fastify' {
  interface FastifyInstance {
    outputs: OutputBank;
  }
}

interface Options {
  outputs: readonly OutputConfig[];
  clock: Clock;
}

/** Claims the outputs at boot and leaves them safe at the end. */
export default fp<Options>(
  async (app, { outputs, clock }) => {
    const bank = await OutputBank.claim(outputs, app.hardware.driver, {
      clock,
      onFault: (output, fault) => app.log.error(fault, `output ${output} did not obey at the end of its pulse`),
    });
    app.decorate('outputs', bank);
    app.addHook('onClose', async () => bank.makeSafe());
  },
  { name: 'outputs', dependencies: ['hardware'] },
);
