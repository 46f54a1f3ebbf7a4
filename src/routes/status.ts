import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { StatusSchema } from '../../schemas/status.ts';
import { toTimestamp } from '../clock.ts';
import { onOff } from '../outputs/state.ts';

const status: FastifyPluginAsyncTypebox = async (app) => {
  const { clock, config, latest, outputs, simulated } = app;
  app.get(
    '/status',
    {
      schema: {
        operationId: 'getStatus',
        summary: 'What every sensor and output shows right now',
        tags: ['Device'],
        response: { 200: Named(StatusSchema, 'Everything at this instant.'), ...problems(500) },
      },
    },
    async () => {
      const states = outputs.states();
      const button = latest.goodValue('button');
      return {
        cpu_temp_c: latest.goodValue('cpu_temp_c'),
        led_state: onOff(states.led),
        button_pressed: button === null ? null : button !== 0,
        timestamp: toTimestamp(clock.now()),
        simulated,
        device: config.device.id,
        sensors: latest.statuses(),
        outputs: Object.fromEntries(Object.entries(states).map(([id, on]) => [id, { state: onOff(on) }])),
      };
    },
  );
};
export default status;
