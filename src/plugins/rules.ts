import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Clock } from '../clock.ts';
import { RuleEngine } from '../rules/engine.ts';

declare module 'fastify' {
  interface FastifyInstance {
    rules: RuleEngine;
  }
}

interface Options {
  config: Pick<Config, 'rules' | 'sensors' | 'outputs' | 'collect'>;
  clock: Clock;
}

/** Decides on the device; the collector hands it every reading first of all. */
export default fp<Options>(
  async (app, { config, clock }) => {
    const { outputs, log } = app;
    const engine = new RuleEngine({
      clock,
      actuator: outputs,
      surroundings: {
        staleAfterS: new Map(
          config.sensors.map(({ id, stale_after_s: limitS }) => [id, limitS ?? 3 * config.collect.interval_s]),
        ),
        safe: new Map(config.outputs.map(({ id, safe }) => [id, safe === 'on'])),
      },
      onChange: (rule, { phase }, why) => log.info({ rule: rule.id, phase }, `rule ${rule.id} is ${phase}: ${why}`),
    });
    for (const rule of config.rules) engine.add(rule);
    app.decorate('rules', engine);
    app.addHook('onClose', async () => engine.stop());
  },
  { name: 'rules', dependencies: ['outputs'] },
);
