import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { type Status, StatusSchema } from '../../schemas/status.ts';
import { toTimestamp } from '../clock.ts';
import { onOff } from '../outputs/state.ts';
import { sendJson } from './send-json.ts';

const status: FastifyPluginAsyncTypebox = async (app) => {
  const { clock, latest, outputs, simulated } = app;

  function describe(): Status {
    const states = outputs.states();
    const button = latest.goodValue('button');
    return {
      cpu_temp_c: latest.goodValue('cpu_temp_c'),
      led_state: onOff(states.led),
      button_pressed: button === null ? null : button !== 0,
      timestamp: toTimestamp(clock.now()),
      simulated,
      device: app.device.id,
      sensors: latest.statuses(),
      outputs: Object.fromEntries(Object.entries(states).map(([id, on]) => [id, { state: onOff(on) }])),
    };
  }

  /** Times are answered in milliseconds: within one of them everybody gets the same bytes, unless something changes. */
  let known = { ms: -1, taken: -1, changes: -1, json: '' };
  function written(): string {
    const [ms, { taken }, { changes }] = [Math.floor(clock.monotonic()), latest, outputs];
    if (known.ms !== ms || known.taken !== taken || known.changes !== changes) {
      known = { ms, taken, changes, json: JSON.stringify(describe()) };
    }
    return known.json;
  }

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
    (_request, reply) => sendJson(reply, written()),
  );
};
export default status;
